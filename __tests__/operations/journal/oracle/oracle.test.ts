import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { imageBody } from '../../../../core/image';
import { COVERED_TAG } from '../../../../core/journal/coveredTag';
import { compactTable } from '../../../../operations/journal/compact/compactTable';
import { withJournals } from '../../../../operations/journal/journalImageSource';
import { planItems } from '../../../../operations/restore/plan';
import { MemoryBucket } from '../../../support/memoryBucket';
import { requestOf, tagged } from '../compact/journals';
import { SqlFold, type FoldedFrom } from './sqlFold';
import { playedStory, START_MS, stories, TABLE, writeAll } from './story';

const BELOW = 'eu/=dcs/users/';
const HOUR_MS = 3_600_000;

type Journal = Awaited<ReturnType<typeof journalOf>>;
type Steps = typeof stories extends fc.Arbitrary<infer S> ? S : never;

/** A journal of which some is in a base, some in later runs, and some in none. */
async function journalOf(steps: Steps) {
  const { puts, momentsMs } = playedStory(steps);
  fc.pre(puts.length >= 6);
  const bucket = new MemoryBucket(START_MS);
  const [first, second] = [Math.floor(puts.length / 3), Math.floor((puts.length * 2) / 3)];
  await writeAll(bucket, puts.slice(0, first));
  await compact(bucket, true);
  await writeAll(bucket, puts.slice(first, second));
  await compact(bucket, false);
  await writeAll(bucket, puts.slice(second));
  return { bucket, momentsMs: [...momentsMs, ...puts.map(({ atMs }) => atMs), START_MS + 3 * HOUR_MS, Infinity] };
}

async function compact(bucket: MemoryBucket, base: boolean): Promise<void> {
  const nowMs = () => bucket.clockMs;
  const request = requestOf(bucket, { table: TABLE, tasks: { base }, nowMs });
  expect(await compactTable(request)).toMatchObject({ isFinished: true, unreadable: 0, unfolded: 0 });
}

/** The bucket's files as they are, read by SQL. */
async function inSql<Answer>(bucket: MemoryBucket, use: (fold: SqlFold) => Promise<Answer>): Promise<Answer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dcs-oracle-'));
  try {
    const listing = bucket.keys().map((objectKey) => {
      const { body, storedAtMs } = bucket.stored(objectKey)[0]!;
      mkdirSync(path.dirname(path.join(folder, objectKey)), { recursive: true });
      writeFileSync(path.join(folder, objectKey), Buffer.from(body, 'latin1'));
      return { objectKey, lastModified: new Date(storedAtMs).toISOString() };
    });
    const fold = await SqlFold.open(folder, BELOW, listing);
    try {
      return await use(fold);
    } finally {
      fold.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const NOTHING_IS_READ = {
  getBatch: () => Promise.reject(new Error('an empty table is filled without reading it')),
  scan: () => {
    throw new Error('an empty table is filled without scanning it');
  },
};

/** What a restore of a moment would put into an empty table, and what it would not know. */
async function planned(bucket: MemoryBucket, momentMs: number): Promise<Record<string, string>> {
  const source = withJournals(bucket, { lister: bucket.versionLister, bytes: bucket.bytes }, TABLE.prefix);
  const states: Record<string, string> = {};
  try {
    const plan = planItems({ source, table: TABLE, momentMs, mode: 'fill', target: NOTHING_IS_READ });
    for await (const actions of plan) {
      for (const action of actions) {
        if (action.do === 'put') states[action.objectKey] = `${action.digest} ${imageBody(action.item)}`;
        else if (action.do !== 'nothing') states[action.objectKey] = action.do;
      }
    }
  } finally {
    await source.close?.();
  }
  return states;
}

/** As lifecycle deletes what has been read back from where it is covered. */
function expire(bucket: MemoryBucket, below: string): void {
  for (const objectKey of tagged(bucket, COVERED_TAG).filter((key) => key.startsWith(BELOW + below))) {
    for (const { versionId } of bucket.stored(objectKey)) bucket.deleteVersion(objectKey, versionId);
  }
}

/** Of moments as many as can be planned in little time, and the last. */
const some = (momentsMs: readonly number[]) =>
  momentsMs.filter((_, n) => n === momentsMs.length - 1 || n % Math.ceil(momentsMs.length / 10) === 0);

async function requireSame({ bucket, momentsMs }: Journal): Promise<void> {
  await inSql(bucket, async (fold) => {
    expect(Object.values(await fold.counts())).not.toContain(0);
    const baseFromMs = await fold.baseTellsFromMs();
    expire(bucket, 'journal/');
    await requirePlanned(bucket, fold, momentsMs, 'runs');
    expire(bucket, 'runs/');
    await requirePlanned(
      bucket,
      fold,
      momentsMs.filter((ms) => ms >= baseFromMs),
      'base',
    );
  });
}

async function requirePlanned(bucket: MemoryBucket, fold: SqlFold, momentsMs: readonly number[], from: FoldedFrom) {
  expect(await fold.statesAt(momentsMs, from)).toEqual(await fold.statesAt(momentsMs, 'journal'));
  const asked = some(momentsMs);
  const expected = await fold.statesAt(asked, from);
  for (const [n, momentMs] of asked.entries()) expect(await planned(bucket, momentMs)).toEqual(expected[n]);
}

describe('what a stranger reads of a journal by SQL', () => {
  test('law: at every moment it is what a restore would bring, from the journal, from runs and from a base', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (steps) => {
        await requireSame(await journalOf(steps));
      }),
      { numRuns: 5 },
    );
  });

  test('a reader that loses what is in no run gives something else', async () => {
    const [steps = []] = fc.sample(stories, { numRuns: 1, seed: 14 });
    const { bucket } = await journalOf(steps);
    await inSql(bucket, async (fold) => {
      const [expected] = await fold.statesAt([Infinity], 'base');
      expect(await planned(bucket, Infinity)).toEqual(expected);
      const isInNone = (key: string) => !tagged(bucket, COVERED_TAG).includes(key);
      for (const objectKey of bucket.keys().filter((key) => key.startsWith(`${BELOW}journal/`) && isInNone(key))) {
        for (const { versionId } of bucket.stored(objectKey)) bucket.deleteVersion(objectKey, versionId);
      }
      expect(await planned(bucket, Infinity)).not.toEqual(expected);
    });
  });
});
