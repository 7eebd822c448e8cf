import fc from 'fast-check';
import { once } from 'node:events';
import type { EraseRequest } from '../../../operations/erase/eraseItems';
import { whyUnreadable } from '../../../operations/images/whyUnreadable';
import type { CompactRequest } from '../../../operations/journal/compact/compactTable';
import { JournalFolder, type Folded } from '../../support/foldJournal';
import {
  compact,
  entriesOf,
  erase,
  itemKeys,
  keyOf,
  LONG,
  put,
  T0,
  table,
  worldOf,
  type Change,
  type World,
} from './journalOfPerson';
import { newestIn, statesIn } from './readOfPerson';

/*
 * What may have happened to the changes of a person before, while and after they are erased.
 */

export const stories = fc.record({
  changes: fc.array(
    fc.record({
      pk: fc.constantFrom('person', 'person2', 'other'),
      sk: fc.constantFrom('a', 'b', LONG),
      value: fc.constantFrom('x', 'y', undefined),
      batch: fc.nat({ max: 4 }),
      isImage: fc.boolean(),
    }),
    { minLength: 1, maxLength: 16 },
  ),
  /** Which run each batch is in; 0 for none. */
  runs: fc.array(fc.nat({ max: 2 }), { minLength: 5, maxLength: 5 }),
  hasBase: fc.boolean(),
  isMerged: fc.boolean(),
  /** Whether the deletes of the person are in the journal, too. */
  hasJournalDeletes: fc.boolean(),
  /** Where an erase is stopped, one after the other, and whether the compactor is at work then, or in the middle of the next. */
  stops: fc.array(fc.record({ before: fc.nat({ max: 14 }), compacts: fc.boolean() }), { maxLength: 5 }),
  /** The call of an erase before which a compactor, which has read everything by then, puts what it has made. */
  beside: fc.option(fc.nat({ max: 8 }), { nil: undefined }),
});

export interface Told extends World {
  readonly deletes: readonly Change[];
}

export function tell({ changes: story, runs, hasBase, isMerged, hasJournalDeletes }: StoryOf<typeof stories>): Told {
  const world = worldOf();
  const seen = new Set<string>();
  // Of a shortened key with deletes alone nobody knows whose it is.
  const changes = story.map((one) => {
    const isFirst = !seen.has(keyOf(one.pk, one.sk));
    seen.add(keyOf(one.pk, one.sk));
    return isFirst ? { ...one, value: 'first' } : one;
  });
  const deletes = changes.flatMap(({ pk, sk }) =>
    pk === 'person' ? [{ pk, sk, batch: 4, isImage: !hasJournalDeletes }] : [],
  );
  const all = [...changes, ...deletes];
  const entries = entriesOf(all).map((entry, n) => ({ ...all[n]!, ...entry, at: T0 + n * 1_000 }));
  for (const bucket of [world.source, world.destination])
    for (const { objectKey, image, isImage, at } of entries) if (isImage) bucket.store(objectKey, image, at);
  const folder = new JournalFolder(world.destination, table);
  const folded = new Map<number, string[]>();
  for (let batch = 0; batch < 5; batch += 1) {
    const own = entries.filter((entry) => entry.batch === batch && !entry.isImage);
    if (own.length === 0) continue;
    const [key = ''] = [world.source, world.destination].map((bucket) => put(bucket, own, T0 + 3_600_000));
    const run = runs[batch]!;
    if (run > 0) folded.set(run, [...(folded.get(run) ?? []), key]);
  }
  const made: Folded[] = [...folded.values()].map((keys) => folder.run(keys));
  if (hasBase && made.length > 0) folder.base(made);
  if (isMerged && made.length > 1) folder.merge(made);
  return { ...world, deletes };
}

export type StoryOf<Stories> = Stories extends fc.Arbitrary<infer Story> ? Story : never;

/** By their keys: of what is left of an item whose key had to be shortened, it may be that nothing else tells whose it is. */
export function named({ deletes }: Told): Pick<EraseRequest, 'selection'> {
  async function* keys() {
    await Promise.resolve();
    for (const { pk, sk } of deletes) yield itemKeys(pk, sk);
  }
  return { selection: { keys: keys() } };
}

/** An erase, and a compactor that has read everything before, and puts it before one of the erase's calls, or when that is over. */
export async function eraseBesideCompactor(world: Told, call: number | undefined) {
  const events = new EventTarget();
  const gate = once(events, 'go');
  const hasRead = once(events, 'read');
  const { bytes } = world.destination;
  const waiting: CompactRequest['bytes'] = {
    async putOnce(...args) {
      events.dispatchEvent(new Event('read'));
      await gate;
      return bytes.putOnce(...args);
    },
  };
  const work =
    call === undefined
      ? Promise.resolve()
      : compact(world, waiting).then(
          () => undefined,
          // What it was reading has gone: whoever comes next begins anew.
          (error: unknown) => expect(whyUnreadable(error)).toBeDefined(),
        );
  // Where there is nothing to compact, there is nobody beside.
  await Promise.race([work, hasRead]);
  const isOver = { before: call === undefined };
  const outcome = await erase(world, named(world), Infinity, async (n) => {
    if (n !== call) return;
    isOver.before = true;
    events.dispatchEvent(new Event('go'));
    await work;
  });
  events.dispatchEvent(new Event('go'));
  await work;
  return { ...outcome, isOver: isOver.before };
}

/** Of the person there is nothing now. */
export async function requireNotBack({ source, destination, deletes }: Told): Promise<void> {
  const isOfPerson = new Set(deletes.map(({ pk, sk }) => keyOf(pk, sk)));
  for (const bucket of [source, destination]) {
    for (const [key, state] of Object.entries(await statesIn(bucket)))
      if (isOfPerson.has(key)) expect([key, state]).toEqual([key, 'absent']);
    expect(Object.keys(await newestIn(bucket)).filter((key) => isOfPerson.has(key))).toEqual([]);
  }
}
