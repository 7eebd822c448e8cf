import { s3ImageStore } from '../../aws/imageStore';
import { BATCH_WRITE_ITEMS } from '../../aws/table';
import { inParallel } from '../../core/inParallel';
import type { LocalRun } from '../../local/localRun';
import type { LocalTable } from '../../local/localTable';
import { records } from './support/commandParts';
import type { DcsOnRun } from './support/dcsOnRun';
import { listsWhenReplicated, objectKeyIn } from './support/deployment';
import { oddImages } from './support/oddImages';
import { eachTestHasItsTable } from './support/ownTable';
import { bucketIn } from './support/twoAccounts';

let run: LocalRun;
let users: LocalTable;
let dcs: DcsOnRun;
eachTestHasItsTable((own) => ({ run, users, dcs } = own));

const PLACES = ['source', 'destination'] as const;
/** Each is once on top of an item's right image and once where no item is; in the source bucket, from which it replicates, and in the other alone. */
const ODD = oddImages()
  .filter(({ body }) => body.length < 1_000_000)
  .flatMap((image, i) =>
    PLACES.map((place) => ({ ...{ image, place }, id: `${isLive(i, place) ? 'live' : 'nobody'}-${place}-${i}` })),
  );
function isLive(i: number, place: string) {
  return (i % 2 === 0) === (place === 'source');
}
type Odd = (typeof ODD)[number];

const itemOf = (id: string) => ({ id: { S: id }, name: { S: 'right' } });
const keyOf = (id: string) => objectKeyIn(users, itemOf(id));
const keysOfOdd = (odd: readonly Odd[]) => odd.map(({ id }) => keyOf(id)).sort();
const drained = async () => {
  await users.pump.drained();
  await run.replication.drained();
};

async function plant(): Promise<void> {
  const sound = ['same-1', 'same-2', 'same-3', 'lost'];
  const live = [...sound, ...ODD.map(({ id }) => id).filter((id) => id.startsWith('live'))].map(itemOf);
  for (let at = 0; at < live.length; at += BATCH_WRITE_ITEMS)
    await users.table.putBatch(live.slice(at, at + BATCH_WRITE_ITEMS));
  await drained();
  const storeOf = (place: Odd['place']) => s3ImageStore({ ...run[place], largeImageStorageClass: 'STANDARD' });
  const stores = { source: storeOf('source'), destination: storeOf('destination') };
  await inParallel(ODD, 4, ({ id, place, image }) => stores[place].put(keyOf(id), image));
  await drained();
  const source = bucketIn(run.source, run.source.bucket);
  const { versions } = await source.versions(keyOf('lost'));
  for (const { VersionId } of versions) await source.delete(keyOf('lost'), VersionId);
}

async function verify(...more: string[]) {
  const { code, stdout, stderr } = await dcs.run(['verify', users.deployed.tableName, '--json', ...more]);
  expect(stdout + stderr).not.toContain('    at ');
  const all = records(stdout);
  const keysIn = (type: string) =>
    new Set(all.filter((one) => one.type === type).map(({ objectKey }) => String(objectKey)));
  const report = all.find(({ type }) => type === 'verify');
  return { ...{ code, report }, differences: keysIn('difference'), left: keysIn('left') };
}

/** The predecessor's, of which no other image makes anything but a former one. */
const isPlain = ({ image }: Odd) => !('dcs-event' in image.metadata);
/** `docs/cli.md`: then which image is the newest cannot be told. */
const hasOddMetadata = ({ image: { metadata } }: Odd) =>
  Object.entries(metadata).some(([name, value]) => !USUAL[name]?.test(value));
const USUAL: Readonly<Record<string, RegExp | undefined>> = {
  ...{ 'dcs-format': /^1$/, 'dcs-event': /^(INSERT|REMOVE)$/, 'dcs-time': /^2026-/, 'dcs-digest': /^[0-9a-f]{64}$/ },
  ...{ 'dcs-previous-digest': /^none$/, 'dcs-stream-label': /^label$/, 'dcs-sequence-number': /^7$/ },
};

test('what is odd in either bucket is counted and listed, and the rest is verified and mended', async () => {
  await plant();
  const all = [...keysOfOdd(ODD), keyOf('lost')].sort();
  const onTop = ODD.filter((odd) => isPlain(odd) && odd.id.startsWith('live')).length;
  const counts = { same: 3, missing: 1, notCurrent: onTop, unreadable: ODD.length - onTop };
  const seen = await verify('--wait', '0s');
  expect(seen).toMatchObject({ code: 3, report: { counts, differences: all.length } });
  expect([...seen.differences].sort()).toEqual(all);
  const history = await verify('--history', '--wait', '0s');
  expect(history).toMatchObject({ code: 3, report: { historyCounts: { objects: expect.any(Number) as number } } });
  expect([...history.differences].sort()).toEqual(all);

  listsWhenReplicated(run);
  const mended = await verify('--repair', '--wait', '1s');
  expect(mended).toMatchObject({ code: 3, report: { verdict: 'differences' } });
  // Of images of the predecessor S3's time decides, and a replica has a later one here than on AWS.
  const told = ODD.filter((odd) => !isPlain(odd) || odd.id.startsWith('live'));
  const cannotBe = told.filter((odd) => hasOddMetadata(odd) || (odd.place === 'destination' && !isPlain(odd)));
  const ofTold = new Set(keysOfOdd(told));
  expect([...mended.left].filter((key) => ofTold.has(key)).sort()).toEqual(keysOfOdd(cannotBe));
  await drained();
  const again = await verify('--wait', '0s');
  expect(again.code).toBe(3);
  expect([...again.differences].sort()).toEqual([...mended.left].sort());
});
