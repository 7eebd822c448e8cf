import { BATCH_WRITE_ITEMS, type Table } from '../../aws/table';
import type { AttributeMap } from '../../core/attributeValue';
import { inParallel } from '../../core/inParallel';
import { keysOf, type KeySchema } from '../../core/objectKey';
import { changed, type Random } from './workload';

/** How many changes of each kind an application made. */
export interface Changes {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

/** One table as its application uses it: it knows what it has written. */
export interface Application {
  readonly table: Table;
  readonly keySchema: KeySchema;
  readonly items: AttributeMap[];
}

const WRITERS = 8;

/** Inserts everything, then updates a third, deletes a tenth, and makes half of those again. */
export async function everydayWork({ table, keySchema, items }: Application, random: Random): Promise<Changes> {
  await inParallel(batches(items), 4, (batch) => table.putBatch(batch));
  const updated = items.filter((_, i) => i % 3 === 0);
  await inParallel(updated, WRITERS, (item) => table.put(changed(item, random)));
  const deleted = items.filter((_, i) => i % 10 === 1);
  await inParallel(deleted, WRITERS, (item) => table.delete(keysOf(keySchema, item)));
  const madeAgain = deleted.filter((_, i) => i % 2 === 0);
  await inParallel(madeAgain, WRITERS, (item) => table.put(item));
  return { inserts: items.length + madeAgain.length, updates: updated.length, deletes: deleted.length };
}

/** What somebody regrets: every fourth item overwritten, every seventh deleted. */
export async function badMigration({ table, keySchema, items }: Application, random: Random): Promise<Changes> {
  const overwritten = items.filter((_, i) => i % 4 === 2 && i % 10 !== 1);
  await inParallel(overwritten, WRITERS, (item) => table.put(changed(item, random)));
  const deleted = items.filter((_, i) => i % 7 === 5 && i % 10 !== 1 && i % 4 !== 2);
  await inParallel(deleted, WRITERS, (item) => table.delete(keysOf(keySchema, item)));
  return { inserts: 0, updates: overwritten.length, deletes: deleted.length };
}

export function total(all: readonly Changes[]): Changes & { all: number } {
  const sum = (kind: keyof Changes) => all.reduce((count, changes) => count + changes[kind], 0);
  const [inserts, updates, deletes] = [sum('inserts'), sum('updates'), sum('deletes')];
  return { inserts, updates, deletes, all: inserts + updates + deletes };
}

function* batches(items: readonly AttributeMap[]): Generator<AttributeMap[]> {
  for (let i = 0; i < items.length; i += BATCH_WRITE_ITEMS) yield items.slice(i, i + BATCH_WRITE_ITEMS);
}
