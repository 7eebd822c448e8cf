import type { Table } from '../../aws/table';
import { canonicalItem } from '../../core/canonicalItem';
import { keysOf, type KeySchema } from '../../core/objectKey';

/** Every item of a table in canonical form, by its canonical keys. */
export type Snapshot = ReadonlyMap<string, string>;

export async function snapshotOf(table: Table, keySchema: KeySchema): Promise<Snapshot> {
  const items = new Map<string, string>();
  for await (const page of table.scan()) {
    for (const item of page) items.set(canonicalItem(keysOf(keySchema, item)), canonicalItem(item));
  }
  return items;
}

export interface Comparison {
  readonly identical: number;
  readonly different: readonly string[];
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/** Compares item by item; differences are listed by their canonical keys. */
export function compare(expected: Snapshot, found: Snapshot): Comparison {
  const keys = [...expected.keys()];
  return {
    identical: keys.filter((key) => expected.get(key) === found.get(key)).length,
    different: keys.filter((key) => found.has(key) && expected.get(key) !== found.get(key)),
    missing: keys.filter((key) => !found.has(key)),
    extra: [...found.keys()].filter((key) => !expected.has(key)),
  };
}
