import type { EndedRun } from './endedRun';
import { eraseSomebody } from './eraseAtEnd';
import { promised, Violation, isOf } from './judge';
import { redrive, restore, verify } from './operators';
import type { S3Bucket } from './s3';
import type { Schedule } from './schedule';
import { currentText, imagesOf, newestOf, newestText, objectKeyOf, TABLE_NAME } from './seenImages';
import { isOfJournal } from './seenJournal';
import { textOf } from './table';
import { expireTagged } from './taggedLifecycle';
import { PlainTable } from './tableCalls';

const MOMENTS = 4;
const DAY_MS = 86_400_000;
const [NONCURRENT_DAYS, TOMBSTONE_DAYS] = [365, 365];

/** All trouble is over. Whoever does now what the runbooks say has everything, in both buckets, at every moment. */
export async function endOfRun(run: EndedRun): Promise<void> {
  nothingIsReverted(run);
  await redriveAll(run);
  nothingIsLost(run);
  await run.operations.alone('last repair', (process) => verify(process, run.site, { repair: true }));
  // A third of all: an erase, and what is looked at then, takes as long as a quarter of a run.
  const erases = run.schedule.seed % 3 === 2;
  const isErasedFirst = run.world.random('erased first').chance(0.5);
  // What a batch had of others is asked for in the source bucket, too.
  if (erases && isErasedFirst) await eraseSomebody(run, false);
  if (hasJournal(run.schedule)) await allIsCompacted(run);
  const { differences, gaps } = await run.operations.alone('last verify', (process) =>
    verify(process, run.site, { history: true }),
  );
  promised('after a repair all is the same', differences.length === 0, JSON.stringify(differences));
  const mayHaveGaps = run.schedule.settings.replication.failed > 0 || run.site.table.incarnation > 0;
  // Of whom was erased the source bucket may have kept what the destination has no more.
  const isErased = new Set([...run.judge.erased].map(objectKeyOf));
  const ofOthers = gaps.filter(({ objectKey }) => !isErased.has(objectKey));
  promised('verify of a whole history finds nothing', mayHaveGaps || ofOthers.length === 0, JSON.stringify(ofOthers));
  newestIsRight(run);
  await momentsAreRight(run);
  if (erases && !isErasedFirst) await eraseSomebody(run, run.world.random('forgets').chance(0.7));
  // Not in every run, so that differences are also found among many versions.
  if (!hasJournal(run.schedule) && run.world.random('lifecycle').chance(0.5)) await lifecycleLeavesTheNewest(run);
  await verifyFindsADifference(run);
}

function hasJournal({ settings, events }: Schedule): boolean {
  return settings.layout === 'journal' || events.some((one) => one.do === 'changeLayout');
}

/** In some runs nothing is left in the journal, and in some of them lifecycle has taken away all that it may. */
async function allIsCompacted(run: EndedRun): Promise<void> {
  const { world, site, compactions } = run;
  const random = world.random('compacted at the end');
  if (random.chance(0.3)) return;
  await compactions.toTheEnd(run.operations);
  if (random.chance(0.3)) return;
  for (const days of [31, 3, 3]) {
    await world.runUntil(world.nowMs + days * DAY_MS);
    expireTagged(site.destination, world.nowMs, random, 1);
  }
}

/** What is remembered of a restore deletes and reverts nothing that was written since. */
function nothingIsReverted({ site: { restored } }: EndedRun): void {
  const { reverted } = restored;
  promised('a restore takes back nothing that was written before it began', reverted.length === 0, reverted.join(', '));
}

async function redriveAll(run: EndedRun): Promise<void> {
  const before = run.judge.snapshot();
  const reports = await run.operations.alone('last redrive', (process) => redrive(process, run.site));
  run.judge.redrive(before, reports, 'last redrive', run.site.layout() === 'journal');
  const left = reports.filter(({ state }) => state !== 'done');
  promised('every parked batch can be redriven', left.length === 0, JSON.stringify(left));
  run.count('batches redriven', reports.length);
}

/** Every change of which there was a record is an image, in both buckets, as it was. */
function nothingIsLost({ site, schedule }: EndedRun): void {
  const buckets = schedule.settings.replication.failed > 0 ? [site.source] : [site.source, site.destination];
  for (const change of site.table.changes) {
    if (change.sequenceNumber === undefined) continue;
    for (const bucket of buckets) {
      const image = imagesOf(bucket, change.id).find((one) => isOf(one, change));
      const what = `${change.id}, ${change.sequenceNumber} of ${change.streamLabel ?? ''}`;
      promised('no change is lost', image !== undefined, `${what} is not in ${bucket.name}`);
      promised(
        'no change is lost',
        image?.text === textOf(change.after),
        `${what} is ${image?.text ?? ''} in ${bucket.name}`,
      );
    }
  }
}

function newestIsRight({ judge, site }: EndedRun): void {
  for (const id of judge.ids) {
    const text = textOf(site.table.items.get(id));
    for (const bucket of [site.source, site.destination]) {
      const newest = newestText(bucket, id);
      promised('the newest image is the item', newest === text, `${id} is ${text}, in ${bucket.name} ${newest}`);
      const current = currentText(bucket, id);
      promised(
        'S3 shows the newest image',
        current === text,
        `${id} is ${text}, in ${bucket.name} S3 shows ${current}`,
      );
    }
  }
}

/** Lifecycle knows S3's own order alone; what is left of each item is what S3 shows. */
async function lifecycleLeavesTheNewest(run: EndedRun): Promise<void> {
  const { site, judge, world } = run;
  await world.runUntil(world.nowMs + 2 * NONCURRENT_DAYS * DAY_MS);
  await lifecycleIsNoDifference(run, (bucket) => bucket.expireTombstones(`${TABLE_NAME}/`, TOMBSTONE_DAYS));
  await lifecycleIsNoDifference(run, (bucket) => bucket.expireNoncurrent(`${TABLE_NAME}/`, NONCURRENT_DAYS));
  for (const from of [site.source, site.destination]) {
    const into = new PlainTable();
    const options = { from, momentMs: Infinity, into, mode: 'fill' as const };
    await run.operations.alone(`restore after lifecycle from ${from.name}`, (process) =>
      restore(process, site, options),
    );
    for (const id of judge.ids) {
      const [text, restored] = [textOf(site.table.items.get(id)), textOf(into.items.get(id))];
      promised(
        'lifecycle leaves the newest image',
        text === restored,
        `${id} is ${text}, from ${from.name} ${restored}`,
      );
    }
  }
}

/** What lifecycle has done in one of the buckets, and in the other not yet, is for verify no difference. */
async function lifecycleIsNoDifference(run: EndedRun, expire: (bucket: S3Bucket) => void): Promise<void> {
  for (const bucket of [run.site.destination, run.site.source]) {
    expire(bucket);
    const { differences } = await run.operations.alone(`verify after lifecycle of ${bucket.name}`, (process) =>
      verify(process, run.site, {}),
    );
    promised('lifecycle is no difference', differences.length === 0, JSON.stringify(differences));
  }
}

/** Restores of some moments, and of now, from both buckets. */
async function momentsAreRight(run: EndedRun): Promise<void> {
  const { site, judge, world } = run;
  const random = world.random('moments');
  const { changes } = site.table;
  const moments = Array.from({ length: changes.length === 0 ? 0 : MOMENTS }, () => {
    const change = random.pick(changes);
    return change.toldMs + random.pick([0, 0, 999, -1, 3_600_000]);
  });
  for (const momentMs of [Infinity, ...moments]) {
    for (const from of [site.source, site.destination]) {
      if (from === site.destination && momentMs < Infinity && run.schedule.settings.replication.failed > 0) continue;
      const into = new PlainTable();
      const options = { from, momentMs, into, mode: 'fill' as const };
      const before = judge.snapshot();
      const report = await run.operations.alone(`restore ${momentMs} ${from.name}`, (process) =>
        restore(process, site, options),
      );
      judge.restore(before, options, report);
      run.count('moments restored and compared');
    }
  }
}

/** A difference that is put there is named; and nothing else. */
async function verifyFindsADifference(run: EndedRun): Promise<void> {
  const { site, world, judge } = run;
  const random = world.random('seeded difference');
  const ids = judge.ids.filter((id) => imagesOf(site.destination, id).length > 0);
  if (ids.length === 0) return;
  const id = random.pick(ids);
  const item = site.table.items.get(id);
  // Over a tombstone a delete marker hides nothing: S3 shows no object, and there is no item. Nor does one where a journal has it.
  const newest = newestOf(imagesOf(site.destination, id));
  const isInJournal = newest !== undefined && isOfJournal(newest.version);
  const hidden = item && !isInJournal ? (['hidden'] as const) : [];
  const forged = isInJournal ? [] : (['forged'] as const);
  // What is locked cannot be deleted.
  const isAnyInJournal = imagesOf(site.destination, id).some(({ version }) => isOfJournal(version));
  const gone = run.schedule.settings.locks || isAnyInJournal ? [] : (['newest of the destination gone'] as const);
  const what = random.pick([...gone, 'changed unseen', ...forged, ...hidden] as const);
  if (what === 'changed unseen') {
    (site.table.items as Map<string, unknown>).set(id, { id: { S: id }, value: { S: 'unseen' } });
  } else if (what === 'hidden') {
    random.pick([site.source, site.destination]).addDeleteMarker(objectKeyOf(id));
  } else if (what === 'forged') {
    const body = JSON.stringify({ Item: { id: { S: id }, value: { S: 'forged' } } });
    const metadata = newest?.version.metadata ?? {};
    site.destination.put(objectKeyOf(id), { body, metadata });
  } else {
    const text = textOf(item);
    for (const { version, text: held } of imagesOf(site.destination, id)) {
      if (held === text) site.destination.deleteVersion(objectKeyOf(id), version.versionId);
    }
    if (newestText(site.destination, id) === text) return;
  }
  // Nothing is on its way, and nothing comes after: a look is as the one before.
  const { differences } = await run.operations.alone('verify of a seeded difference', (process) =>
    verify(process, site, { settleMs: 60_000 }),
  );
  const named = differences.map(({ objectKey }) => objectKey);
  const isRight = named.length === 1 && named[0] === objectKeyOf(id);
  if (!isRight) throw new Violation('a difference that is there is named', `${id} (${what}): ${JSON.stringify(named)}`);
  run.count('differences put there and named');
}
