import type { StoredImage } from '../../../core/image';
import { encodeImage, itemDigest, NO_ITEM, withWriteId } from '../../../core/image';
import type { OpenedTable } from '../../../operations/verify/openTable';
import type { Difference } from '../../../operations/verify/recheck';
import { verifyTable } from '../../../operations/verify/verifyTable';
import { MemoryBucket } from '../../support/memoryBucket';

/*
 * The section "What a verify does not see" of docs/cli.md, held to what happens: each is wrong in one bucket, in the other, and in
 * both alike, and is looked for by a plain verify, by a sample, and by the history.
 */
const TABLE = { prefix: '', tableName: 't', keySchema: { partitionKey: 'id' } };
const KEY = 't/a/image.json';
const HOUR_MS = 3_600_000;
/** Further than images of one item can be stored in another order by capture. */
const APART_MS = 30 * HOUR_MS;
const item = (state: number) => ({ id: { S: 'a' }, state: { N: String(state) } });

/** The n-th change, from state n - 1 to state n; stored when it was made. */
function change(n: number, state: number | null = n, more: Readonly<Record<string, string>> = {}): StoredImage {
  const { body, metadata } = encodeImage(
    {
      event: state === null ? 'REMOVE' : n === 1 ? 'INSERT' : 'MODIFY',
      position: { source: 'stream', streamLabel: '2026-01-01T00:00:00.000', sequenceNumber: String(100 + n) },
      changedAtMs: n * APART_MS,
      previousDigest: n === 1 ? NO_ITEM : itemDigest(item(n - 1)),
    },
    state === null ? undefined : item(state),
  );
  return { body, metadata: { ...metadata, ...more } };
}

type Bucket = 'source' | 'destination';
type Stored = readonly (readonly [StoredImage, number])[];

function scene(right: Stored, wrong: Stored, wrongIn: readonly Bucket[], inTable: ReturnType<typeof item> | undefined) {
  const bucket = (name: Bucket) => {
    const one = new MemoryBucket(1_000 * HOUR_MS);
    for (const [image, storedAtMs] of wrongIn.includes(name) ? wrong : right) one.store(KEY, image, storedAtMs);
    return one;
  };
  const [source, destination] = [bucket('source'), bucket('destination')];
  const items = inTable ? [inTable] : [];
  const listers = (one: MemoryBucket) => ({ versions: one.versionLister, current: one.lister });
  const opened: OpenedTable = {
    scanner: { page: () => Promise.resolve({ items, capacityUnits: 1 }) },
    ...{ keyTypes: { id: 'S' }, itemCount: items.length, tableId: 'this' },
    buckets: { source: listers(source), destination: listers(destination) },
    places: {
      ...{ table: TABLE, source, destination, nowMs: source.nowMs, pause: () => Promise.resolve() },
      ...{ items: { getBatch: () => Promise.resolve(items) }, statusOf: () => Promise.resolve('COMPLETED') },
      signal: new AbortController().signal,
    },
  };
  return async (history: boolean, sampleItemCount?: number) => {
    const named: string[] = [];
    const tell = ({ differences }: { readonly differences: readonly Difference[] }) =>
      named.push(...differences.map((one) => `${one.class} ${one.in}`));
    await verifyTable({
      ...{ opened, settleMs: 0, segments: 1, history, sampleItemCount },
      reports: { write: () => Promise.resolve('report.json') },
      whoRuns: () => Promise.resolve('arn:aws:iam::222222222222:role/x'),
      watch: { onCompared: tell, onWalked: tell },
    });
    return named;
  };
}

const RIGHT: Stored = [1, 2, 3].map((n) => [change(n), n * APART_MS] as const);
const withLast = (image: StoredImage): Stored => [...RIGHT.slice(0, -1), [image, 3 * APART_MS]];
const withMetadata = (metadata: Readonly<Record<string, string>>) => withLast(change(3, 3, metadata));
/** An older image of state 3 was stored long after the one of state 4, which is the newest. */
const older = (image: StoredImage): Stored => [...RIGHT, [change(4), 4 * APART_MS], [image, 6 * APART_MS]];

/** What a sample and what the history name, where it is wrong in the source bucket, in the destination, or in both alike. */
type Named = readonly [bySample: readonly string[], byHistory: readonly string[]];
interface Case {
  readonly wrong: Stored;
  readonly right?: Stored;
  readonly inTable?: number | null;
  readonly named: readonly [source: Named, destination: Named, both: Named];
}

const BROKEN = 'brokenChain destination';
const NOTHING: Named = [[], []];
const CASES: Readonly<Record<string, Case>> = {
  'a later time than it was stored': {
    wrong: withMetadata({ 'dcs-time': '2030-01-01T00:00:00.000Z' }),
    named: [
      [['ahead source'], [BROKEN, 'ahead source']],
      [['ahead destination'], [BROKEN, 'ahead destination']],
      [['ahead source'], ['ahead source', 'ahead destination']],
    ],
  },
  'an earlier time': {
    wrong: withMetadata({ 'dcs-time': '1970-01-01T00:10:00.000Z' }),
    named: [[[], [BROKEN]], [[], [BROKEN]], NOTHING],
  },
  'another event': {
    wrong: withMetadata({ 'dcs-event': 'INSERT' }),
    named: [[[], [BROKEN]], [[], [BROKEN]], NOTHING],
  },
  'another digest of the item before': {
    wrong: withMetadata({ 'dcs-previous-digest': itemDigest(item(7)) }),
    named: [
      [[], ['brokenChain source']],
      [[], [BROKEN]],
      [[], ['brokenChain source']],
    ],
  },
  'a later sequence number': {
    wrong: withMetadata({ 'dcs-sequence-number': '999' }),
    named: [[[], [BROKEN, 'notReplicated destination']], [[], [BROKEN, 'notReplicated destination']], NOTHING],
  },
  'an earlier sequence number': {
    wrong: withMetadata({ 'dcs-sequence-number': '7' }),
    named: [
      [[], ['brokenChain source', 'notCurrent source', 'notReplicated destination']],
      [[], [BROKEN, 'notCurrent destination', 'notReplicated destination']],
      [[], ['brokenChain source', 'notCurrent source', 'notCurrent destination']],
    ],
  },
  'a tombstone that claims to be an item': {
    wrong: withLast({ ...change(3, null), metadata: change(3).metadata }),
    right: withLast(change(3, null)),
    inTable: null,
    named: [
      [[], ['unreadable source']],
      [[], ['unreadable destination', 'notReplicated destination']],
      [[], ['unreadable source', 'unreadable destination']],
    ],
  },
  'an item that claims to be a tombstone': {
    wrong: withLast({ ...change(3), metadata: change(3, null).metadata }),
    named: [
      [['unreadable source'], ['unreadable source']],
      [['unreadable destination'], ['unreadable destination', 'notReplicated destination']],
      [['unreadable source'], ['unreadable source', 'unreadable destination']],
    ],
  },
  'an older image far above the newest, as a redrive that slept stores it': {
    wrong: older(withWriteId(change(3), 'slept')),
    named: [
      [['stale source'], ['notCurrent source', 'notReplicated destination']],
      [['notReplicated destination'], ['notCurrent destination']],
      [['stale source'], ['notCurrent source', 'notCurrent destination']],
    ],
  },
  'an older image far above the newest, copied there by somebody': {
    wrong: older(change(3)),
    named: [
      [[], ['notCurrent source', 'notReplicated destination']],
      [[], ['notCurrent destination']],
      [[], ['notCurrent source', 'notCurrent destination']],
    ],
  },
  'an older image far above the newest, which says the same': {
    wrong: [...RIGHT, [change(4, 3), 4 * APART_MS], [withWriteId(change(3), 'slept'), 6 * APART_MS]],
    named: [
      [['notCurrent source'], ['notCurrent source', 'notReplicated destination']],
      NOTHING, // Another change has to come in between before it makes a difference.
      [['notCurrent source'], ['notCurrent source']],
    ],
  },
};

test.each(Object.entries(CASES))(
  'a plain verify does not see, and what names: %s',
  async (_, { wrong, right = RIGHT, inTable = 3, named }) => {
    for (const [i, where] of ([['source'], ['destination'], ['source', 'destination']] as Bucket[][]).entries()) {
      const verify = scene(right, wrong, where, inTable === null ? undefined : item(inTable));
      const bySample = inTable === null ? named[i]![0] : await verify(false, 1);
      expect({ where, plain: await verify(false), bySample, byHistory: await verify(true) }).toEqual({
        ...{ where, plain: [], bySample: named[i]![0], byHistory: named[i]![1] },
      });
    }
  },
);
