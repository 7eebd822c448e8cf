import type { ValueChange } from '../core/itemChanges';
import { isImageKey, tablePrefix } from '../core/objectKey';
import { plainJson, plainValue } from '../core/plainJson';
import { diffTable } from '../operations/diff/diffTable';
import { historyOfItem } from '../operations/history/historyOfItem';
import type { HistoryEntry } from '../operations/history/itemHistory';
import { knownTable } from '../operations/tables';
import { RESOLUTIONS } from '../operations/timeline/histogram';
import { timelineOfTable } from '../operations/timeline/timelineOfTable';
import type { LocatedTable } from '../settings/configuredTable';
import type {
  CardFact,
  ChangedItem,
  ChangesAnswer,
  DrillsAnswer,
  HistoryAnswer,
  PlanAnswer,
  ShownChange,
  TablesAnswer,
  TimelineAnswer,
} from './answers';
import { planOfWindow } from './plan';
import type { UiPlaces } from './places';
import { NotFound } from './serve';

const BARS = 240;
const MOST_ITEMS = 200;
const MOST_DRILLS = 40;

export function uiApi(places: UiPlaces): (name: string, query: URLSearchParams) => Promise<unknown> {
  const answers: Readonly<Record<string, (query: URLSearchParams) => Promise<unknown>>> = {
    tables: () => tables(places),
    timeline: (query) => timeline(places, tableIn(places, query), query),
    changes: (query) => changes(places, tableIn(places, query), query),
    history: (query) => history(places, tableIn(places, query), query),
    plan: (query) => plan(places, tableIn(places, query), query),
    drills: (query) => drills(places, tableIn(places, query)),
  };
  return async (name, query) => {
    const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
    if (!answer) throw new NotFound();
    return answer(query);
  };
}

async function tables(places: UiPlaces): Promise<TablesAnswer> {
  const findings = await places.findings();
  const fact = (subject: string | undefined, id: string): CardFact => {
    const found = findings.find((each) => each.id === id && (subject === undefined || each.subject === subject));
    return found ? { verdict: found.verdict, found: found.found } : { verdict: 'cannotTell', found: 'not looked at' };
  };
  return {
    copy: places.copy,
    accounts: places.accounts,
    readAtMs: places.nowMs(),
    tables: places.tables.map(({ tableName }) => ({
      name: tableName,
      newestReplica: fact(`table ${tableName}`, 'newest replica'),
      verify: fact(`table ${tableName}`, 'last verify'),
      drill: fact(`table ${tableName}`, 'last drill'),
    })),
    recoveryPoint: fact(undefined, 'recovery point'),
  };
}

async function timeline(
  { source, signal }: UiPlaces,
  table: LocatedTable,
  query: URLSearchParams,
): Promise<TimelineAnswer> {
  const { fromMs, toMs } = windowIn(query);
  const request = { source, table, fromMs, toMs, byTimeToLive: false, signal };
  const coarse = await timelineOfTable({ ...request, bars: BARS });
  // Minutes are the finest that is kept of a long time; a short one is told in seconds.
  const isShort = coarse.bucketMs === RESOLUTIONS.minute && coarse.buckets.length <= BARS / 60;
  const found = isShort ? await timelineOfTable({ ...request, resolutionMs: RESOLUTIONS.second }) : coarse;
  const { buckets, bucketMs, items, bursts } = found;
  return {
    bars: buckets.map(({ atMs, insert, change, delete: deletes }) => ({ atMs, insert, change, delete: deletes })),
    barMs: bucketMs,
    items,
    bursts: bursts.map((burst) => ({ fromMs: burst.fromMs, toMs: burst.toMs, changes: burst.changes })),
  };
}

async function changes(
  { source, signal }: UiPlaces,
  located: LocatedTable,
  query: URLSearchParams,
): Promise<ChangesAnswer> {
  const { fromMs, toMs } = windowIn(query);
  const { table } = await knownTable(source, located, { momentMs: toMs });
  const items: ChangedItem[] = [];
  const counts = await diffTable({
    ...{ source, table, fromMs, toMs, signal, selection: {} },
    watch: {
      onItem(difference) {
        if (!('changes' in difference) || items.length >= MOST_ITEMS) return;
        const { is, objectKey, keys, times, changedAtMs = null } = difference;
        const shown = difference.changes.map(shownChange);
        items.push({ is, objectKey, keys: plainJson(keys), times, changedAtMs, changes: shown });
      },
    },
  });
  const { added, removed, changed, unknown } = counts;
  items.sort((a, b) => (a.changedAtMs ?? 0) - (b.changedAtMs ?? 0) || (a.keys < b.keys ? -1 : 1));
  return { counts: { added, removed, changed, unknown }, items };
}

async function history(
  { source, signal }: UiPlaces,
  located: LocatedTable,
  query: URLSearchParams,
): Promise<HistoryAnswer> {
  const objectKey = query.get('object') ?? '';
  if (!objectKey.startsWith(tablePrefix(located)) || !isImageKey(objectKey)) throw new NotFound();
  const versions: HistoryAnswer['versions'][number][] = [];
  const onVersion = (entry: HistoryEntry) => {
    const { number, version, header, problem = null, gaps } = entry;
    versions.push({
      ...{ number, atMs: header?.changedAtMs ?? version.storedAtMs, event: header?.event ?? 'unknown', problem },
      by: header?.deletedBy ?? (header ? 'a user' : 'nobody knows'),
      gaps: gaps.length,
      changes: (entry.changes ?? []).map(shownChange),
    });
  };
  await historyOfItem({ source, table: located, objectKey, signal, watch: { onVersion } });
  return { versions };
}

async function plan(places: UiPlaces, located: LocatedTable, query: URLSearchParams): Promise<PlanAnswer> {
  const window = windowIn(query);
  const { fromText, toText } = window;
  if (fromText === undefined || toText === undefined) throw new Error('a plan needs a window: from and to');
  const words = ['npx dcs revert', located.tableName, '--from', fromText, '--to', toText, places.globalOptions];
  const command = words.filter(Boolean).join(' ');
  try {
    return { command, counts: await planOfWindow(places, located, window), why: null };
  } catch (error) {
    places.signal.throwIfAborted();
    return { command, counts: null, why: (error as Error).message };
  }
}

async function drills(places: UiPlaces, table: LocatedTable): Promise<DrillsAnswer> {
  const reports = await places.reports(table, 'drill', MOST_DRILLS);
  return {
    drills: reports.map(({ text, storedAtMs }) => {
      const fields = JSON.parse(text) as Record<string, unknown>;
      const numberOf = (name: string) => (typeof fields[name] === 'number' ? fields[name] : null);
      return {
        atMs: typeof fields.endedAt === 'string' ? Date.parse(fields.endedAt) : storedAtMs,
        verdict: typeof fields.verdict === 'string' ? fields.verdict : 'unknown',
        restoreSeconds: numberOf('restoreSeconds'),
        items: numberOf('items'),
        differences: numberOf('differences'),
      };
    }),
  };
}

function tableIn({ tables: all }: UiPlaces, query: URLSearchParams): LocatedTable {
  const table = all.find(({ tableName }) => tableName === query.get('table'));
  if (!table) throw new NotFound();
  return table;
}

/** Seconds, as the options --from and --to take them: each is its whole second. */
const SECOND = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const WHOLE_SECOND_MS = 999;

function windowIn(query: URLSearchParams) {
  const at = (name: string, missing: number) => {
    const text = query.get(name) ?? undefined;
    if (text === undefined) return { text, ms: missing };
    const ms = SECOND.test(text) ? Date.parse(text) : NaN;
    if (Number.isNaN(ms)) throw new Error(`${name} is no second in UTC, such as 2026-11-23T14:05:00Z`);
    return { text, ms: ms + WHOLE_SECOND_MS };
  };
  const [from, to] = [at('from', -Infinity), at('to', Infinity)];
  if (from.ms >= to.ms) throw new Error('the window is empty: from is not before to');
  return { fromMs: from.ms, toMs: to.ms, fromText: from.text, toText: to.text };
}

function shownChange({ path, before, after }: ValueChange): ShownChange {
  return {
    path: path.join('.'),
    ...(before && { before: plainValue(before) }),
    ...(after && { after: plainValue(after) }),
  };
}
