import { gunzipSync } from 'node:zlib';
import type { AttributeMap } from '../../core/attributeValue';
import { eraseItems, type EraseOutcome } from '../../operations/erase/eraseItems';
import type { ErasedBucket, ErasedSide } from '../../operations/erase/places';
import { withJournals } from '../../operations/journal/journalImageSource';
import { bucketCalls } from './bucketCalls';
import type { EndedRun } from './endedRun';
import { promised } from './judge';
import { restore, serviceClock, type Site } from './operators';
import { Process } from './process';
import type { S3Bucket } from './s3';
import { imagesOf, objectKeyOf } from './seenImages';
import type { SeenImage } from './seenImage';
import { OF_JOURNALS } from './seenJournal';
import { PlainTable, tableCalls } from './tableCalls';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Somebody whose item is deleted is erased: by a process that dies at some call, beside a compactor, and then by one that is run to its
 * end; and once more two days later, when nothing is still at work.
 *
 * @param forgets whether the source bucket keeps a journal for some time only, so that a batch of it may go
 */
export async function eraseSomebody(run: EndedRun, forgets: boolean): Promise<void> {
  const { world, site, judge, operations, compactions, schedule } = run;
  const random = world.random('erase');
  const gone = judge.ids.filter((id) => !site.table.items.has(id) && imagesOf(site.destination, id).length > 0);
  if (gone.length === 0) return;
  const id = random.pick(gone);
  const others = judge.ids.filter((one) => one !== id);
  const before = others.map((one) => [one, changesIn(site.source, one), changesIn(site.destination, one)] as const);
  site.sourceForgets = forgets;
  if (random.chance(0.5)) {
    const base = random.chance(0.5);
    const dies = random.chance(0.3) && { crashAtCall: random.between(1, 60) };
    const hasMs = 14 * MINUTE_MS;
    world.after(random.between(0, 2_000), () => {
      compactions.start({ do: 'compact', base, hasMs, plan: { ...dies } }, 'compactor beside an erase');
    });
  }
  const dying = new Process('erase that dies', world, world.random('erase that dies'), {
    crashAtCall: random.between(1, random.pick([40, 200])),
  });
  void dying.run(() => erase(dying, site, id, forgets)).catch((error: unknown) => world.fail(error as Error));
  await world.runUntil(Infinity);
  othersHaveAll(site, before);
  await operations.alone('erase', (process) => erase(process, site, id, forgets));
  await world.runUntil(world.nowMs + 2 * DAY_MS);
  const { done, unclear } = await operations.alone('erase two days later', (process) =>
    erase(process, site, id, forgets),
  );
  othersHaveAll(site, before);
  const { locks, replication } = schedule.settings;
  // What Object Lock keeps stays; so does what a batch has of others where that came to no other bucket.
  const mayStay = locks !== undefined || replication.failed > 0 || !forgets;
  const left = placesOf(site, id);
  const told = (done?.left ?? 0) + unclear;
  promised('what an erase leaves is told', told > 0 || left.length === 0, `${id} is in ${left.join(', ')}`);
  promised('an erase leaves nothing of somebody', mayStay || left.length === 0, `${id} is in ${left.join(', ')}`);
  judge.erased.add(id);
  await nobodyComesBack(run, id);
  run.count('items erased');
}

async function erase(process: Process, site: Site, id: string, sourceForgets: boolean): Promise<EraseOutcome> {
  const { location, table } = site;
  const source = bucketCalls(process, site.source);
  const destination = bucketCalls(process, site.destination);
  const bucketOf = (
    side: ErasedSide,
    { source: images, versions, bytes, deletes, locks, statusOf }: typeof source,
  ): ErasedBucket => ({
    ...{ side, lister: versions, bytes, deletes, locks, statusOf },
    source: withJournals(images, { lister: versions, bytes }, location.prefix),
  });
  const buckets = [bucketOf('source', source), bucketOf('destination', destination)];
  try {
    return await eraseItems({
      ...{ table: { ...location, keyTypes: { id: 'S' } }, buckets, sourceForgets },
      selection: { keys: keysOf(id) },
      live: tableCalls(process, table).batches,
      journalLifecycle: { sourceExpirationDays: sourceForgets ? 30 : null },
      reports: { lister: destination.current, texts: destination.texts },
      batches: { lister: source.versions, texts: source.texts },
      header: { tableName: location.tableName, sourceBucket: 'source', destinationBucket: 'destination' },
      ...{ dryRun: false, bypassGovernance: false, nowMs: await serviceClock(process, source) },
      ...{ signal: new AbortController().signal, mayDo: () => Promise.resolve(true) },
      ...{ onPlan: ignored, onUnclear: ignored, onLeft: ignored, onJournal: ignored },
      erasureId: () =>
        process.world
          .random('erasure', process.name, process.calls)
          .below(2 ** 32)
          .toString(16)
          .padStart(16, '0'),
    });
  } finally {
    for (const bucket of buckets) await bucket.source.close?.();
  }
}

const ignored = () => undefined;

async function* keysOf(id: string): AsyncGenerator<AttributeMap> {
  yield await Promise.resolve({ id: { S: id } });
}

type Before = readonly (readonly [id: string, source: ReadonlySet<string>, destination: ReadonlySet<string>])[];

/** A batch may go from the source bucket when what it has of others is in the destination; from there nothing of theirs goes. */
function othersHaveAll({ source, destination }: Site, before: Before): void {
  for (const [id, inSource, inDestination] of before) {
    const [left, kept] = [changesIn(source, id), changesIn(destination, id)];
    for (const change of inDestination) promised(NOTHING_OF_OTHERS, kept.has(change), `${id}: ${change}`);
    for (const change of inSource) {
      promised(NOTHING_OF_OTHERS, left.has(change) || kept.has(change), `${id}: ${change} is nowhere`);
    }
  }
}

const NOTHING_OF_OTHERS = 'an erase takes nothing that is of others';

function changesIn(bucket: S3Bucket, id: string): ReadonlySet<string> {
  return new Set(imagesOf(bucket, id).map(changeOf));
}

function changeOf({ kind, streamLabel, sequenceNumber, timeMs, text }: SeenImage): string {
  return [kind, streamLabel, sequenceNumber, timeMs, text].join(' ');
}

/** Object keys of whatever has the item's name in it: images, and files of the journal, be they finished or not. */
function placesOf(site: Site, id: string): string[] {
  return [site.source, site.destination].flatMap((bucket) => {
    const files = bucket.keys(OF_JOURNALS).filter((objectKey) => objectKey.endsWith('.gz'));
    const named = files.filter((objectKey) => bucket.versionsOf(objectKey).some(({ body }) => hasIn(body, id)));
    return [...bucket.keys(objectKeyOf(id)), ...named].map((objectKey) => `${bucket.name} ${objectKey}`);
  });
}

function hasIn(body: string, id: string): boolean {
  if (body === '') return false;
  const text = gunzipSync(Buffer.from(body, 'latin1')).toString('utf8');
  return text.includes(`${objectKeyOf(id)}\t`) || text.includes(`{"S":"${id}"}`);
}

/** By whatever is left, nobody is there again; and all others are as they were. */
async function nobodyComesBack({ site, judge, operations }: EndedRun, id: string): Promise<void> {
  for (const from of [site.source, site.destination]) {
    const into = new PlainTable();
    const options = { from, momentMs: Infinity, into, mode: 'fill' as const };
    const before = judge.snapshot();
    const report = await operations.alone(`restore after an erase from ${from.name}`, (process) =>
      restore(process, site, options),
    );
    promised('whoever is erased does not come back', !into.items.has(id), `${id} is back, from ${from.name}`);
    if (from === site.destination) judge.restore(before, options, report);
  }
}
