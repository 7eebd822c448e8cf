import type { AttributeMap } from '../../core/attributeValue';
import type { StreamRecord } from '../../core/streamRecord';
import { itemOf, TABLE } from '../sink/items';
import { orderOf } from './orders';
import type { Part, Task } from './subject';

const STREAM_LABEL = '2026-10-01T08:00:00.000';
const ARN = `arn:aws:dynamodb:eu-central-1:111111111111:table/${TABLE.tableName}/stream/${STREAM_LABEL}`;
/** A warm function passes over what it has written already, so each part's changes are newer than those before. */
const FIRST_SEQUENCE_NUMBER: Readonly<Record<Part, bigint>> = {
  warmUp: 100_000_000_000_000_000_000n,
  measured: 200_000_000_000_000_000_000n,
};

/** The batches of stream records of one part of a run: each item once, or several times in a row of changes. */
export function batches(task: Task, part: Part): StreamRecord[][] {
  const { batchRecords, revisions, isOfOrders } = task;
  const items = part === 'warmUp' ? task.warmUpItems : task.items;
  const records = Array.from({ length: items * revisions }, (_, at) => {
    if (isOfOrders)
      return changeOf(Math.floor(at / revisions), items, at % revisions, FIRST_SEQUENCE_NUMBER[part] + BigInt(at));
    const item = itemOf(Math.floor(at / revisions), items);
    if (revisions > 1) item.revision = { N: String((at % revisions) + 1) };
    return recordOf(item, FIRST_SEQUENCE_NUMBER[part] + BigInt(at));
  });
  return Array.from({ length: Math.ceil(records.length / batchRecords) }, (_, batch) =>
    records.slice(batch * batchRecords, (batch + 1) * batchRecords),
  );
}

function changeOf(number: number, items: number, revision: number, sequenceNumber: bigint): StreamRecord {
  const [before, after] = [orderOf(number, items, revision), orderOf(number, items, revision + 1)];
  const record = recordOf(after, sequenceNumber);
  return { ...record, eventName: 'MODIFY', dynamodb: { ...record.dynamodb, OldImage: before } };
}

function recordOf(item: AttributeMap, sequenceNumber: bigint): StreamRecord {
  return {
    eventName: 'INSERT',
    eventSourceARN: ARN,
    dynamodb: {
      ApproximateCreationDateTime: 1_793_520_000,
      Keys: { id: item.id ?? { NULL: true } },
      NewImage: item,
      SequenceNumber: String(sequenceNumber),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}

/** A contender that handles batch after batch. */
export function handling(handle: (records: StreamRecord[]) => Promise<unknown>) {
  return (task: Task, part: Part) => {
    const all = batches(task, part);
    return async () => {
      for (const records of all) await handle(records);
    };
  };
}
