import type { Layout } from '../../settings/batches';
import { captureFunction } from './captureFunction';
import { Compactions } from './compactions';
import type { EndedRun } from './endedRun';
import { endOfRun } from './endOfRun';
import { Judge, Violation } from './judge';
import { LockRenewals } from './lockRenewals';
import { startMapping } from './mapping';
import { Operations, itemWith } from './commandRuns';
import type { Site } from './operators';
import { startReplication } from './replication';
import { RestoredTable } from './restoredTable';
import { S3Bucket } from './s3';
import { START_MS, type Schedule, type ScheduledEvent } from './schedule';
import { objectKeyOf, TABLE_NAME } from './seenImages';
import { JOURNAL } from './seenJournal';
import { expireTagged } from './taggedLifecycle';
import type { Random } from './random';
import type { Stream } from './streams';
import { Table } from './table';
import { unpackAtOnce } from './unpackAtOnce';
import { World } from './world';

/** What a run has found, and how much there was in it. */
export interface RunResult {
  readonly violation?: Violation;
  readonly figures: Readonly<Record<string, number>>;
  /** Things that happened one after the other. */
  readonly steps: number;
}

/** Plays a schedule to its end, and then judges what is left when all trouble is over. */
export async function play(schedule: Schedule): Promise<RunResult> {
  const realRandom = Math.random;
  const run = new Run(schedule);
  // Pauses between tries are drawn from it.
  const random = run.world.random('jitter');
  Math.random = () => random.next();
  const takeBack = unpackAtOnce();
  try {
    await run.play();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { violation: error, figures: run.figures, steps: run.world.steps };
  } finally {
    takeBack();
    Math.random = realRandom;
  }
  return { figures: run.figures, steps: run.world.steps };
}

const HOUR_MS = 3_600_000;
/** As long as the longest invocation. */
const DEPLOYING_MS = HOUR_MS / 4;
const LONGEST_DISABLED_MS = 20 * HOUR_MS;

export class Run implements EndedRun {
  readonly world: World;
  readonly site: Site;
  readonly judge: Judge;
  readonly figures: Record<string, number> = {};
  readonly operations: Operations;
  readonly compactions: Compactions;
  private readonly locks?: LockRenewals;
  private readonly refusedUntilMs = new Map<string, number>();
  private disabledUntilMs = 0;
  private disabledSinceMs = 0;
  private layout: { readonly is: Layout; readonly before: Layout; readonly sinceMs: number };
  private readonly invoke: ReturnType<typeof captureFunction>;

  constructor(readonly schedule: Schedule) {
    const { seed, settings } = schedule;
    this.world = new World(seed, START_MS);
    this.layout = { is: settings.layout, before: settings.layout, sinceMs: START_MS };
    const bucket = (name: string) => new S3Bucket(name, () => this.world.nowMs, settings.pageSize);
    const location = { prefix: '', tableName: TABLE_NAME, keySchema: { partitionKey: 'id' } };
    const [source, destination] = [bucket('source'), bucket('destination')];
    this.site = {
      table: new Table(TABLE_NAME, this.world, settings.isToldInMs),
      location,
      source,
      destination,
      layout: () => this.layout.is,
      restored: new RestoredTable(() => this.world.nowMs),
      sourceForgets: false,
    };
    this.judge = new Judge(this.site, () => this.world.nowMs);
    this.operations = new Operations(this);
    this.compactions = new Compactions(this, settings.compactLimits);
    startReplication(this.world, [`${TABLE_NAME}/`, JOURNAL], source, destination, settings.replication);
    this.invoke = captureFunction(this.world, {
      ...{ table: location, bucket: source, faults: settings.faults, crashes: settings.functionCrashes },
      layout: (random) => this.layoutOfFunction(random),
      isRefused: (objectKey) => (this.refusedUntilMs.get(objectKey) ?? 0) > this.world.nowMs,
    });
    if (settings.locks) {
      this.locks = new LockRenewals(this.world, destination, () => this.judge.ids, settings.locks, this.count);
    }
    this.site.table.onStream = (stream) => this.startMappings(stream);
  }

  async play(): Promise<void> {
    const { events, settings } = this.schedule;
    const { table } = this.site;
    for (let n = 0; n < settings.itemsBefore; n++) table.write(`item${n}`, itemWith(`item${n}`, 'before'));
    this.world.at(START_MS + HOUR_MS / 2, () => table.enableStream());
    for (const event of events) this.world.at(event.atMs, () => this.happen(event));
    const lastMs = events.at(-1)?.atMs ?? START_MS;
    await this.world.runUntil(Math.max(lastMs, START_MS + HOUR_MS));
    this.world.isCalm = true;
    this.refusedUntilMs.clear();
    this.locks?.end();
    await this.world.runUntil(Infinity);
    this.locks?.judgeEnd();
    this.operations.requireAllEnded();
    await endOfRun(this);
  }

  readonly count = (what: string, by = 1): void => {
    this.figures[what] = (this.figures[what] ?? 0) + by;
  };

  private startMappings(stream: Stream): void {
    const { seed, settings } = this.schedule;
    const start = (uuid: string) => {
      startMapping(
        { uuid, ...settings },
        {
          ...{ world: this.world, stream, bucket: this.site.source, invoke: this.counted },
          disabledUntilMs: () => this.disabledUntilMs,
          onLost: (sequenceNumbers) => this.count('records lost by the stream', sequenceNumbers.length),
        },
      );
    };
    const uuid = `${seed}-${stream.label}`;
    start(uuid);
    const { secondMappingAfterMs } = settings;
    if (secondMappingAfterMs !== undefined) this.world.after(secondMappingAfterMs, () => start(`${uuid}-second`));
  }

  private readonly counted: Run['invoke'] = (records) => {
    this.count('invocations');
    return this.invoke(records);
  };

  private happen(event: ScheduledEvent): void {
    this.locks?.judge();
    const { table } = this.site;
    const { world } = this;
    if (event.do === 'write') {
      const { item, value, byTimeToLive } = event;
      if (value === undefined) table.write(item, undefined, byTimeToLive);
      else table.write(item, itemWith(item, value));
      this.count('writes');
    } else if (event.do === 'splitShard') table.stream?.split(world.random('split', event.id));
    else if (event.do === 'disableMapping') this.disableMapping(event.forMs);
    else if (event.do === 'refuseItem') this.refuse(event.item, event.forMs);
    else if (event.do === 'makeTableAgain') table.makeAgain();
    else if (event.do === 'removeRecursively') removeAll(this.site[event.bucket]);
    else if (event.do === 'newStream') {
      table.stream?.disable();
      table.enableStream();
    } else if (event.do === 'changeLayout') {
      this.layout = { is: event.layout, before: this.layout.is, sinceMs: world.nowMs };
    } else if (event.do === 'useRestored') this.useRestored(event.item, event.value);
    else if (event.do === 'compact') this.compactions.start(event, `compactor ${event.id}`);
    else if (event.do === 'expireTagged') {
      expireTagged(this.site.destination, world.nowMs, world.random('lifecycle', event.id), event.share);
    } else this.operations.start(event.command, event.plan, `${event.command.name} ${event.id}`);
  }

  /** A function is not deployed at once: those that run go on as they were. */
  private layoutOfFunction(random: Random): Layout {
    const { is, before, sinceMs } = this.layout;
    return this.world.nowMs < sinceMs + DEPLOYING_MS && random.chance(0.5) ? before : is;
  }

  private useRestored(item: string, value: string): void {
    const { restored } = this.site;
    if (restored.createdAtMs === undefined) return;
    restored.write(item, itemWith(item, value));
    this.count('writes into a restored table');
  }

  private refuse(item: string | undefined, forMs: number): void {
    const items = item === undefined ? this.judge.ids : [item];
    for (const one of items) this.refusedUntilMs.set(objectKeyOf(one), this.world.nowMs + forMs);
  }

  /** A stream keeps records for a day: whoever leaves its mapping disabled for longer has lost some, whatever DCS does. */
  private disableMapping(forMs: number): void {
    const { nowMs } = this.world;
    if (nowMs > this.disabledUntilMs + HOUR_MS) this.disabledSinceMs = nowMs;
    // Never sooner than was said before: a reader that sleeps until then would be off for longer than anybody has asked.
    const untilMs = Math.min(nowMs + forMs, this.disabledSinceMs + LONGEST_DISABLED_MS);
    this.disabledUntilMs = Math.max(this.disabledUntilMs, untilMs);
  }
}

function removeAll(bucket: S3Bucket): void {
  for (const prefix of [`${TABLE_NAME}/`, JOURNAL]) {
    for (const { objectKey } of bucket.listCurrent(prefix, undefined, Infinity).versions) {
      bucket.addDeleteMarker(objectKey);
    }
  }
}
