import { DescribeStreamCommand, DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** How many shards of a stream take changes now: those that have no last sequence number yet. */
export async function openShards(StreamArn: string, settings: AwsSettings): Promise<number> {
  const client = new DynamoDBStreamsClient(sdkClientConfig(settings));
  let open = 0;
  let ExclusiveStartShardId: string | undefined;
  do {
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn, ExclusiveStartShardId }));
    const shards = StreamDescription?.Shards ?? [];
    open += shards.filter((shard) => shard.SequenceNumberRange?.EndingSequenceNumber === undefined).length;
    ExclusiveStartShardId = StreamDescription?.LastEvaluatedShardId;
  } while (ExclusiveStartShardId !== undefined);
  return open;
}
