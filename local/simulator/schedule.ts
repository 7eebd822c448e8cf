import type { Layout } from '../../settings/batches';
import type { CompactLimits } from '../../operations/journal/compact/request';
import { NO_FAULTS, type FaultRates, type ProcessPlan } from './process';
import { Random } from './random';
import type { LockSettings } from './lockRenewals';
import type { ReplicationSettings } from './replication';

/** What holds for a whole run. */
export interface RunSettings {
  /** Items there are before the stream is enabled. */
  readonly itemsBefore: number;
  readonly items: number;
  /** Of the function's calls and of the operators'. */
  readonly faults: FaultRates;
  readonly functionCrashes: number;
  readonly deliveredAgain: number;
  readonly batchSize: number;
  readonly maximumRetryAttempts: number;
  readonly bisectBatchOnFunctionError: boolean;
  /** The stream is read by two mappings, the second of which comes this much later. */
  readonly secondMappingAfterMs?: number;
  readonly replication: ReplicationSettings;
  /** Records tell milliseconds instead of seconds, as some have. */
  readonly isToldInMs: boolean;
  /** Entries in a page of a bucket's listing. */
  readonly pageSize: number;
  /** How changes are stored at first. */
  readonly layout: Layout;
  /** Small, so that a few changes make several runs and parts. One compactor has the same always: names tell what was made, not how large. */
  readonly compactLimits: Partial<CompactLimits>;
  /** The destination bucket locks what is stored, and the locks are renewed. */
  readonly locks?: LockSettings;
}

export type Happening =
  /** Undefined value: the item is deleted. */
  | { readonly do: 'write'; readonly item: string; readonly value?: string; readonly byTimeToLive?: boolean }
  | { readonly do: 'splitShard' }
  | { readonly do: 'disableMapping'; readonly forMs: number }
  /** The function may not write this item, or any: its batches are parked in the end. */
  | { readonly do: 'refuseItem'; readonly item?: string; readonly forMs: number }
  /** The stream is disabled and at once enabled: a new one, with a mapping of its own beside the old one's. */
  | { readonly do: 'newStream' }
  /** The table is deleted and made again under its name, empty. */
  | { readonly do: 'makeTableAgain' }
  /** `aws s3 rm --recursive`: a delete marker on top of each image of a bucket. */
  | { readonly do: 'removeRecursively'; readonly bucket: 'source' | 'destination' }
  /** An application writes into the table that a restore has made, where it is there yet. */
  | { readonly do: 'useRestored'; readonly item: string; readonly value: string }
  /** The table's layout is another one from now on. */
  | { readonly do: 'changeLayout'; readonly layout: Layout }
  /** The compactor is invoked, over the destination bucket. */
  | { readonly do: 'compact'; readonly base: boolean; readonly hasMs: number; readonly plan: ProcessPlan }
  /** Lifecycle goes over what has a tag, and comes to so much of what is due. */
  | { readonly do: 'expireTagged'; readonly share: number }
  | { readonly do: 'operate'; readonly command: OperatorCommand; readonly plan: ProcessPlan };

export type OperatorCommand =
  | { readonly name: 'backfill' }
  | { readonly name: 'redrive' }
  | { readonly name: 'verify'; readonly repair: boolean }
  | {
      readonly name: 'restore';
      readonly from: 'source' | 'destination';
      readonly agoMs?: number;
      readonly mirror: boolean;
    }
  /** Into a table of its own, on one of two machines. */
  | { readonly name: 'bringBack'; readonly machine: 0 | 1 };

export type ScheduledEvent = Happening & { readonly id: number; readonly atMs: number };

/** All that happens in a run, and when. With the same seed it gives the same run, also after events have been left out. */
export interface Schedule {
  readonly seed: number;
  readonly settings: RunSettings;
  readonly events: readonly ScheduledEvent[];
}

export const START_MS = Date.UTC(2026, 2, 1);
const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

/** Each run plays some kinds of trouble and not others: what always comes together hides what comes alone. */
export function scheduleOf(seed: number): Schedule {
  const random = new Random(seed, 'schedule');
  const settings = settingsOf(random);
  const events: ScheduledEvent[] = [];
  let atMs = START_MS + HOUR_MS;
  const add = (happening: Happening) => events.push({ id: events.length, atMs, ...happening });
  const kinds = KINDS.filter(({ chance = 0.6 }) => random.chance(chance));
  const count = random.between(8, 45);
  const longest = random.pick([MINUTE_MS, HOUR_MS, 8 * HOUR_MS, 3 * DAY_MS]);
  add({ do: 'operate', command: { name: 'backfill' }, plan: planOf(random, settings.faults) });
  while (events.length < count) {
    atMs += random.chance(0.5) ? random.between(20, 5_000) : random.between(1_000, longest);
    const weights = kinds.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));
    add(random.pick(weights).make(random, settings));
  }
  const days = (atMs - START_MS) / DAY_MS;
  const { layout, changes } = layoutsOf(new Random(seed, 'layouts'), atMs, events.length);
  const compactor = compactorOf(new Random(seed, 'compactor'), settings, layout !== 'images' || changes.length > 0);
  const happenings = compactor.happenings(events).map((one, i) => ({ ...one, id: events.length + changes.length + i }));
  const all = [...events, ...changes, ...happenings].sort((a, b) => a.atMs - b.atMs);
  const locks = locksOf(new Random(seed, 'locks'), days, settings);
  return { seed, settings: { ...settings, layout, compactLimits: compactor.limits, ...locks }, events: all };
}

/** Half of all tables have images alone, some a journal alone, and some change over, perhaps and back. */
function layoutsOf(random: Random, lastMs: number, firstId: number) {
  if (random.chance(0.5)) return { layout: 'images', changes: [] } as const;
  const layouts = random.chance(0.6) ? (['journal', 'images'] as const) : (['images', 'journal'] as const);
  const changes = Array.from({ length: layouts[0] === 'images' ? random.between(1, 3) : random.below(3) }, (_, i) => ({
    id: firstId + i,
    atMs: random.between(START_MS + HOUR_MS, lastMs),
  }));
  return {
    layout: layouts[0],
    changes: changes
      .sort((a, b) => a.atMs - b.atMs)
      .map((one, i): ScheduledEvent => ({ ...one, do: 'changeLayout', layout: layouts[(i + 1) % 2] ?? 'images' })),
  };
}

/** Some time after something else, in a table that has or will have a journal; some right after another, and so beside it. */
function compactorOf(random: Random, { faults }: SettingsOfEvents, hasJournal: boolean) {
  const small = (...sizes: readonly number[]) => random.pick([...sizes, undefined]);
  const sizes = {
    ...{ runBytes: small(1, 600), partBytes: small(1, 400), memberTextBytes: small(1, 300) },
    basePartTextBytes: small(1, 300),
  };
  const limits = Object.fromEntries(Object.entries(sizes).filter(([, size]) => size !== undefined));
  const [count, isBusy, expires] = [random.between(2, 20), random.chance(0.3), random.chance(0.6)];
  const compact = (): Happening => ({
    do: 'compact',
    base: random.chance(0.5),
    hasMs: random.pick([25_000, 120_000, 14 * MINUTE_MS, 14 * MINUTE_MS]),
    plan: {
      faults,
      slowMs: random.pick([0, 0, 2_000]),
      ...(random.chance(0.4) && { crashAtCall: random.between(1, random.pick([20, 120])) }),
    },
  });
  const happenings = (events: readonly ScheduledEvent[]) => {
    const made: (Happening & { readonly atMs: number })[] = [];
    if (!hasJournal || random.chance(0.15)) return made;
    for (let i = 0; i < count; i++) {
      const at = random.pick(events).atMs + random.between(0, random.pick([MINUTE_MS, HOUR_MS]));
      made.push({ atMs: at, ...compact() });
      if (isBusy) made.push({ atMs: at + random.between(0, 5_000), ...compact() });
      if (expires)
        made.push({ atMs: at + random.between(0, DAY_MS), do: 'expireTagged', share: random.pick([0.5, 1]) });
    }
    return made;
  };
  return { limits, happenings };
}

/** A retention of which several fit into what is played. */
function locksOf(
  random: Random,
  days: number,
  { pageSize }: Pick<RunSettings, 'pageSize'>,
): Pick<RunSettings, 'locks'> {
  if (random.chance(0.6)) return {};
  const rule = { mode: 'COMPLIANCE', retentionDays: Math.max(1, Math.round(days / random.pick([2, 4, 6]))) } as const;
  const [crashes, paused] = [random.pick([0, 0.1, 0.5]), random.pick([0, 0.05])];
  // All versions of one object have to be listed in one run.
  return { locks: { rule, crashes, paused, pages: Math.ceil(random.pick([40, 1_000]) / pageSize) } };
}

function settingsOf(random: Random): SettingsOfEvents {
  const often = (most: number) => (random.chance(0.5) ? 0 : random.next() * most);
  return {
    itemsBefore: random.below(4),
    items: random.between(1, 4),
    faults: random.chance(0.4)
      ? NO_FAULTS
      : { unavailable: often(0.05), lostAnswer: often(0.05), doneTwice: often(0.2) },
    functionCrashes: often(0.3),
    deliveredAgain: often(0.4),
    batchSize: random.pick([1, 3, 10]),
    maximumRetryAttempts: random.between(0, 4),
    bisectBatchOnFunctionError: random.chance(0.7),
    ...(random.chance(0.25) && { secondMappingAfterMs: random.between(0, DAY_MS) }),
    replication: {
      order: random.pick(['byArrival', 'byCreation'] as const),
      slow: often(0.5),
      failed: random.chance(0.2) ? 0.1 : 0,
    },
    isToldInMs: random.chance(0.1),
    pageSize: random.pick([2, 7, 1_000]),
  };
}

/** What events are drawn by. */
type SettingsOfEvents = Omit<RunSettings, 'layout' | 'locks' | 'compactLimits'>;

interface Kind {
  /** The share of schedules that have it. */
  readonly chance?: number;
  readonly weight: number;
  readonly make: (random: Random, settings: SettingsOfEvents) => Happening;
}

/** Few values, so that items come back to what they were. */
const VALUES = ['a', 'b', 'c'];
const itemOf = (random: Random, { items }: SettingsOfEvents) => `item${random.below(items)}`;

const KINDS: readonly Kind[] = [
  {
    chance: 1,
    weight: 12,
    make: (random, settings) => ({
      do: 'write',
      item: itemOf(random, settings),
      ...(random.chance(0.8) && { value: random.pick(VALUES) }),
      byTimeToLive: random.chance(0.3),
    }),
  },
  { weight: 1, make: () => ({ do: 'splitShard' }) },
  { weight: 1, make: (random) => ({ do: 'disableMapping', forMs: random.between(MINUTE_MS, 20 * HOUR_MS) }) },
  {
    weight: 3,
    make: (random, settings) => ({
      do: 'refuseItem',
      ...(random.chance(0.7) && { item: itemOf(random, settings) }),
      forMs: random.between(MINUTE_MS, 6 * HOUR_MS),
    }),
  },
  { weight: 1, make: () => ({ do: 'newStream' }) },
  { chance: 0.15, weight: 1, make: () => ({ do: 'makeTableAgain' }) },
  {
    chance: 0.15,
    weight: 1,
    make: (random) => ({ do: 'removeRecursively', bucket: random.pick(['source', 'destination'] as const) }),
  },
  {
    weight: 3,
    make: (random, { faults }) => ({ do: 'operate', command: { name: 'redrive' }, plan: planOf(random, faults) }),
  },
  {
    weight: 1,
    make: (random, { faults }) => ({ do: 'operate', command: { name: 'backfill' }, plan: planOf(random, faults) }),
  },
  {
    weight: 2,
    make: (random, { faults }) => ({
      do: 'operate',
      command: { name: 'verify', repair: random.chance(0.5) },
      plan: planOf(random, faults),
    }),
  },
  {
    weight: 2,
    make: (random, { faults }) => ({
      do: 'operate',
      command: {
        name: 'restore',
        from: random.pick(['source', 'destination'] as const),
        ...(random.chance(0.5) && { agoMs: random.between(0, 2 * DAY_MS) }),
        mirror: random.chance(0.3),
      },
      plan: planOf(random, faults),
    }),
  },
  { chance: 0.4, weight: 3, make: bringBackOrUse },
];

/** Restores into a table that an application uses meanwhile, for values that nothing else has. */
function bringBackOrUse(random: Random, settings: SettingsOfEvents): Happening {
  if (random.chance(0.5)) {
    const command = { name: 'bringBack', machine: random.chance(0.8) ? 0 : 1 } as const;
    return { do: 'operate', command, plan: planOf(random, settings.faults) };
  }
  const item = random.chance(0.5) ? itemOf(random, settings) : `own${random.below(2)}`;
  return { do: 'useRestored', item, value: `own ${random.below(1_000_000)}` };
}

const SKEWS_MS = [0, 0, 0, DAY_MS, HOUR_MS, -10 * MINUTE_MS, -2_000];

function planOf(random: Random, faults: FaultRates): ProcessPlan {
  return {
    faults,
    skewMs: random.pick(SKEWS_MS),
    slowMs: random.pick([0, 0, 2_000, 60_000]),
    ...(random.chance(0.3) && { crashAtCall: random.between(1, 40) }),
    ...(random.chance(0.35) && { pauseAtCall: random.between(1, 30), pauseMs: random.between(MINUTE_MS, 4 * DAY_MS) }),
  };
}
