import type { BackfillCounts } from '../../operations/backfill/backfillItems';
import type { BatchReport } from '../../operations/redrive/redriveBatch';
import {
  SETTLE_MS,
  type bringTableBack,
  type restore,
  type RestoreOptions,
  type Site,
  type VerifyReport,
} from './operators';
import type { S3Bucket } from './s3';
import { currentText, imagesOf, isNewestCurrent, newestText, objectKeyOf } from './seenImages';
import type { SeenImage } from './seenImage';
import { linesOf } from './seenJournal';
import { textOf, type TrueChange } from './table';

/** Something that was promised and is not so. */
export class Violation extends Error {
  constructor(
    readonly promise: string,
    message: string,
  ) {
    super(`${promise}: ${message}`);
    this.name = 'Violation';
  }
}

/** What there was when a command began. */
export interface Snapshot {
  readonly atMs: number;
  readonly changes: number;
  readonly images: ReadonlyMap<S3Bucket, ReadonlyMap<string, readonly SeenImage[]>>;
  readonly items: ReadonlyMap<string, string>;
  readonly newest: ReadonlyMap<S3Bucket, ReadonlyMap<string, string>>;
  readonly current: ReadonlyMap<S3Bucket, ReadonlyMap<string, string>>;
  readonly isNewestCurrent: ReadonlyMap<S3Bucket, ReadonlyMap<string, boolean>>;
  /** How many versions and delete markers an item's object has. */
  readonly entries: ReadonlyMap<S3Bucket, ReadonlyMap<string, number>>;
}

/**
 * Judges what commands say they did by what really happened: the table's own history, and what is in the buckets. Of what
 * happened while a command ran, each order counts as right.
 */
export class Judge {
  /** Of these nothing is promised any more but that they stay away. */
  readonly erased = new Set<string>();

  constructor(
    private readonly site: Site,
    private readonly nowMs: () => number,
  ) {}

  /** Every item that there has been, but for those that are erased. */
  get ids(): string[] {
    return [...new Set(this.site.table.changes.map(({ id }) => id))].filter((id) => !this.erased.has(id)).sort();
  }

  snapshot(): Snapshot {
    const { table, source, destination } = this.site;
    const buckets = [source, destination];
    const ofEach = <Value>(of: (bucket: S3Bucket, id: string) => Value) =>
      new Map(buckets.map((bucket) => [bucket, new Map(this.ids.map((id) => [id, of(bucket, id)]))]));
    return {
      atMs: this.nowMs(),
      changes: table.changes.length,
      images: ofEach(imagesOf),
      newest: ofEach(newestText),
      current: ofEach(currentText),
      isNewestCurrent: ofEach(isNewestCurrent),
      entries: ofEach(entriesOf),
      items: new Map(this.ids.map((id) => [id, textOf(table.items.get(id))])),
    };
  }

  /** "Every item that was read has an image", and as many were written as it says. */
  backfill(before: Snapshot, counts: BackfillCounts, by: string): void {
    const { source, table } = this.site;
    const written = this.ids.filter((id) => imagesOf(source, id).some(({ version }) => version.storedBy === by));
    // What became of one whose every answer was lost, nobody can tell: it is told as failed, and listed.
    const isTold = written.length >= counts.written && written.length <= counts.written + counts.failed;
    const says = `it says ${counts.written} written and ${counts.failed} failed, ${written.length} were written`;
    promised('what backfill says it did is what happened', isTold, says);
    if (counts.failed > 0) return;
    for (const [id, text] of before.items) {
      const isStill = text !== 'none' && table.changes.slice(before.changes).every((change) => change.id !== id);
      promised(
        'after a backfill each item has an image',
        !isStill || imagesOf(source, id).length > 0,
        `${id} has none`,
      );
    }
  }

  /** A batch that is done is in the bucket; what was applied was not there before. */
  redrive(before: Snapshot, reports: readonly BatchReport[], by: string, isIntoJournal: boolean): void {
    const promise = 'what redrive says it did is what happened';
    const all: ParkedRecord[] = [];
    let [news, left, alreadyThere] = [0, 0, 0];
    for (const { batch, counts, state, records } of reports) {
      const parked = this.recordsOf(batch);
      const sum = counts.applied + counts.filledIn + counts.alreadyThere + counts.left;
      promised(
        promise,
        sum === records && records === parked.length,
        `${batch} has ${parked.length} records, not ${sum}`,
      );
      const missing = parked.filter((one) => this.storedOf(one).length === 0).length;
      promised(promise, state !== 'done' || missing === 0, `${batch} is done, and ${missing} records are not stored`);
      news += counts.applied + counts.filledIn;
      left += counts.left;
      alreadyThere += counts.alreadyThere;
      all.push(...parked);
    }
    // A journal is not asked what it has: all that is added is said to be applied.
    const wereNot = isIntoJournal ? all.length : all.filter((one) => !this.wasStored(before, one)).length;
    promised(promise, news <= wereNot, `${news} are said to be new, ${wereNot} were not there`);
    const stored = all.map((one) => this.storedOf(one)[0]?.version).filter((version) => version?.storedBy === by);
    const distinct = new Set(stored.map((version) => version?.versionId)).size;
    // An object of a journal whose answer was lost is found to be there at the next try.
    const told = news + left + (isIntoJournal ? alreadyThere : 0);
    promised(promise, told >= distinct, `${news} are said to be new, ${distinct} were stored by it`);
  }

  /** Of each difference it is told what became of it, and what is said to be written was. */
  repair({ differences, repairs }: VerifyReport, by: string): void {
    if (!repairs) return;
    const promise = 'what repair says it did is what happened';
    const [told, all] = [repairs.mended + repairs.left.length, differences.length];
    promised(promise, told === all, `of ${all} differences ${told} are told of`);
    const { length } = this.ids
      .flatMap((id) => imagesOf(this.site.source, id))
      .filter(({ version }) => version.storedBy === by);
    promised(promise, repairs.written <= length, `${repairs.written} are said to be written, ${length} were`);
  }

  /** Neither blind nor crying wolf: of what was wrong, or right, from the beginning to the end. */
  verify(before: Snapshot, { differences }: VerifyReport, isRepair: boolean): void {
    const { table, source, destination } = this.site;
    const hadTime = this.nowMs() - before.atMs >= SETTLE_MS;
    promised('verify gives what is on its way its time', hadTime || differences.length === 0, 'it named too early');
    const named = new Set(differences.map(({ objectKey }) => objectKey));
    for (const id of before.items.keys()) {
      if (table.changes.slice(before.changes).some((change) => change.id === id)) continue;
      const text = textOf(table.items.get(id));
      const buckets = [source, destination];
      const wasWrong = buckets.filter(
        (bucket) => before.newest.get(bucket)?.get(id) !== text || before.current.get(bucket)?.get(id) !== text,
      );
      const isNamed = named.has(objectKeyOf(id));
      // Whatever came meanwhile, a removal or a replica, may have made it wrong, or put it right, for a while.
      const isUntouched = (bucket: S3Bucket) => before.entries.get(bucket)?.get(id) === entriesOf(bucket, id);
      const wasRight =
        wasWrong.length === 0 &&
        buckets.every((bucket) => isUntouched(bucket) && before.isNewestCurrent.get(bucket)?.get(id));
      promised('verify does not cry wolf', !isNamed || !wasRight, `${id} was right all the time`);
      const isWrong = wasWrong.filter(isUntouched);
      promised('verify is not blind', isNamed || isWrong.length === 0 || isRepair, `${id} was wrong all the time`);
    }
  }

  /** Each item is as it was at the moment, or as far as the bucket could know. */
  restore(
    before: Snapshot,
    options: Omit<RestoreOptions, 'mode'>,
    report: Awaited<ReturnType<typeof restore>>,
    isOthers: (id: string) => boolean = () => false,
  ): void {
    const { from, momentMs, into } = options;
    const [kind, when] = momentMs === Infinity ? ['newest', 'now'] : ['as-of', new Date(momentMs).toISOString()];
    const promise = `a restore of the ${kind} state is right or says what it could not`;
    promised(promise, report.differences === 0, `${report.differences} items differ from its own plan`);
    const left = new Map(report.leftItems.map((one) => [one.objectKey, one.why]));
    for (const id of this.ids) {
      if (isOthers(id)) continue;
      const why = left.get(objectKeyOf(id));
      const images = before.images.get(from)?.get(id) ?? [];
      if (why === 'deletedSince') {
        const isPossible = into.items.has(id) && this.possibleStates(id, images, momentMs).has('none');
        promised(promise, isPossible, `${id} is said to be deleted since`);
        continue;
      }
      if (why !== undefined) {
        const mayBeUnknown =
          why === 'unknown' && images.every(({ version }) => version.storedAtMs + LATE_MS > momentMs);
        promised(promise, mayBeUnknown, `${id} is ${why} as of ${when}`);
        continue;
      }
      const restored = textOf(into.items.get(id));
      const possible = this.possibleStates(id, images, momentMs);
      promised(
        promise,
        possible.has(restored),
        `${id} is ${restored} as of ${when}; from ${from.name} it may be ${[...possible].join(' or ')}`,
      );
    }
  }

  /** A table of its own is as the newest images say, but for what an application has written into it. */
  bringBack(before: Snapshot, by: string, report: Awaited<ReturnType<typeof bringTableBack>>): void {
    const { restored: into, destination: from } = this.site;
    // What an application, or a restore that died, had sent meanwhile may differ from the plan, which is told then.
    if (into.written.some((one) => one.by !== by && one.atMs >= before.atMs)) return;
    const isOthers = (id: string) => into.hasBeenWrittenByApplication(id);
    this.restore(before, { from, momentMs: Infinity, into }, report, isOthers);
  }

  /** Whoever refuses has written nothing, and there was something to lose. */
  refusedRestore(by: string, message: string): void {
    const { written, items } = this.site.restored;
    const wrote = written.some((one) => one.by === by);
    promised('a restore that is refused has touched nothing', items.size > 0 && !wrote, message);
  }

  /** The states that an item had from the newest change that these images know of until now, of those made by a moment. */
  possibleStates(id: string, images: readonly SeenImage[], momentMs: number): Set<string> {
    const changes = this.site.table.changes.filter((change) => change.id === id && change.toldMs <= momentMs);
    const known = changes.findLastIndex((change) => images.some((image) => isOf(image, change)));
    const from = changes.slice(Math.max(known, 0)).map(({ after }) => textOf(after));
    return new Set(known < 0 ? ['none', ...from] : from);
  }

  private recordsOf(batch: string): ParkedRecord[] {
    const { payload } = JSON.parse(this.site.source.read(batch).body) as { payload: string };
    return (JSON.parse(payload) as { Records: ParkedRecord[] }).Records;
  }

  /** Its copies, in whichever layout, the first stored first: one that was put on top of what was there is no new one. */
  private storedOf(record: ParkedRecord): SeenImage[] {
    const images = imagesOf(this.site.source, record.dynamodb.Keys.id.S).filter((image) => isOfRecord(image, record));
    return images.sort((a, b) => a.version.storedAtMs - b.version.storedAtMs);
  }

  private wasStored({ images }: Snapshot, record: ParkedRecord): boolean {
    const of = images.get(this.site.source)?.get(record.dynamodb.Keys.id.S) ?? [];
    return of.some((image) => isOfRecord(image, record));
  }
}

/** What is read from a table is dated by a clock that is late by a second, and by as long as a slow answer takes. */
const LATE_MS = 122_000;

interface ParkedRecord {
  readonly eventSourceARN: string;
  readonly dynamodb: { readonly Keys: { readonly id: { readonly S: string } }; readonly SequenceNumber: string };
}

export function promised(promise: string, holds: boolean, otherwise: string): void {
  if (!holds) throw new Violation(promise, otherwise);
}

function entriesOf(bucket: S3Bucket, id: string): number {
  return bucket.versionsOf(objectKeyOf(id)).length + linesOf(bucket, objectKeyOf(id)).length;
}

/** Whether an image is of this change. */
export function isOf(image: SeenImage, { streamLabel, sequenceNumber }: TrueChange): boolean {
  if (image.kind !== 'stream' || sequenceNumber === undefined) return false;
  return image.streamLabel === streamLabel && image.sequenceNumber === BigInt(sequenceNumber);
}

function isOfRecord(image: SeenImage, { eventSourceARN, dynamodb }: ParkedRecord): boolean {
  if (image.kind !== 'stream' || !eventSourceARN.endsWith(image.streamLabel)) return false;
  return image.sequenceNumber === BigInt(dynamodb.SequenceNumber);
}
