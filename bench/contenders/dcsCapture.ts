import type { DynamoDBStreamEvent } from 'aws-lambda';
import { handler } from '../../lambda/capture/handler';
import { handling } from './batches';
import { measured } from './subject';

/** The function as it is deployed: its handler, told by its environment. */
measured(
  handling(async (records) => {
    const event = { Records: records } as DynamoDBStreamEvent;
    const { batchItemFailures } = await handler(event, { getRemainingTimeInMillis: () => 120_000 });
    if (batchItemFailures.length > 0) throw new Error('The function reports a failed record: see its log above.');
  }),
);
