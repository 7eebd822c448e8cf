import type { AttributeMap } from '../../core/attributeValue';
import { objectKeyOf, tablePrefix } from '../../core/objectKey';
import type { CapturedTable } from '../../core/streamRecord';

/*
 * The data of the benchmark: item number 0 to `items - 1`, made where they are needed, so that neither the sink nor what is
 * measured holds a million of them. Their keys are spread as random ones would be, and rise with the number.
 */

export const BUCKETS = { source: 'bench-source', destination: 'bench-destination' } as const;
export const TABLE: CapturedTable = { prefix: '', tableName: 'items', keySchema: { partitionKey: 'id' } };
/** The table that is restored into. */
export const COPY = 'copy';
/** The table that an import makes: it is not there before. */
export const IMPORTED = 'imported';
/** Where an import's files go. */
export const IMPORT_BUCKET = 'bench-import';
/** Everything is as old as this: epoch milliseconds. */
export const WRITTEN_AT_MS = Date.parse('2026-11-01T08:00:00Z');

const SPREAD = 2 ** 32;
/** An item is about 500 bytes of DynamoDB JSON. */
const TEXT = 'A sentence that stands for what an item holds. '.repeat(9).slice(0, 410);

export function idOf(number: number, items: number): string {
  return Math.floor((number * SPREAD) / items)
    .toString(16)
    .padStart(8, '0');
}

export function itemOf(number: number, items: number): AttributeMap {
  return { id: { S: idOf(number, items) }, n: { N: String(number) }, text: { S: TEXT } };
}

export function imageKeyOf(number: number, items: number): string {
  return objectKeyOf(TABLE, TABLE.keySchema, { id: { S: idOf(number, items) } });
}

/** The number of the first item whose object key is greater than this text. */
export function firstAfter(objectKey: string, items: number): number {
  let [low, high] = [0, items];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (imageKeyOf(middle, items) > objectKey) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The number of the item that an object key belongs to; undefined when there is none. */
export function numberOf(objectKey: string, items: number): number | undefined {
  if (!objectKey.startsWith(tablePrefix(TABLE))) return undefined;
  const number = firstAfter(objectKey, items) - 1;
  return number >= 0 && imageKeyOf(number, items) === objectKey ? number : undefined;
}
