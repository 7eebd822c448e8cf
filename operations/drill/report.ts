import { createHash } from 'node:crypto';
import type { DrillResult, Stage } from './drillTable';
import type { DrillAims } from '../../settings/drillAims';
import {
  attributesThatDiffer,
  pointTarget,
  recoveryTimeOf,
  type DrillScope,
  type Measure,
  type ReportedRecoveryPoint,
} from './aims';
import type { DrillEntry } from './earlier';
import type { Difference, Findings } from './findings';

/** A drill as it is kept, signed off by whoever it is shown to. Times are ISO 8601 in UTC. `docs/cli.md` lists the fields. */
export interface DrillReport {
  readonly type: 'drill';
  readonly format: '1';
  readonly table: string;
  readonly verdict: 'same' | 'differences';
  /** What the restored table was compared with: the plan alone where the live table was not to be had. */
  readonly comparedWith: 'live table' | 'plan';
  /** Why the live table was not looked at. */
  readonly withoutLive?: string;
  /** The moment of the restore and of the comparison. */
  readonly asOf: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** What the copy certainly had when the drill began, by its heartbeat; null where the copy is not the destination bucket. */
  readonly recoveryPoint: ReportedRecoveryPoint | null;
  /** Items restored. */
  readonly items: number;
  readonly differences: number;
  /** Objects drawn at random, or null for all. */
  readonly sample: number | null;
  /** Objects that the sample was drawn from. */
  readonly sampledFrom?: number;
  /** From asking for the table to the last item written. */
  readonly restoreSeconds: number;
  readonly itemsPerSecond: number;
  /** Size of the restored items in DynamoDB JSON. */
  readonly bytes: number;
  readonly stageSeconds: Readonly<Partial<Record<Stage, number>>>;
  readonly counts: DrillResult['findings']['counts'];
  readonly differencesByKind: DrillResult['findings']['differencesByKind'];
  /** The first thousand. */
  readonly listedDifferences: readonly Difference[];
  /** Where the copy was read. */
  readonly from: string;
  readonly definitionFrom: string;
  readonly liveTable: string | null;
  readonly scratchTable: { readonly name: string; readonly region: string; readonly removed: boolean };
  /** ARN of the caller, as STS told it. */
  readonly ranBy: string;
  readonly toolVersion: string;
  /** Whose drill it is. Not in reports of before 0.2. */
  readonly organization?: string | null;
  /** Where the live table is. Null: nobody has said. Not in reports of before 0.2. */
  readonly scope?: DrillScope | null;
  /** Each beside its target. Not in reports of before 0.2. */
  readonly recoveryTime?: Measure;
  readonly recoveryPointTarget?: Omit<Measure, 'seconds' | 'isEstimated'>;
  /** In how many of the listed differences an attribute differs, the most frequent first; 50 at most. Not in reports of before 0.2. */
  readonly attributesThatDiffer?: readonly { readonly attribute: string; readonly items: number }[];
  /** Drills of the table before this one, newest first. Not in reports of before 0.2. */
  readonly earlier?: readonly DrillEntry[];
}

export type DrillFacts = Pick<
  DrillReport,
  | 'table'
  | 'withoutLive'
  | 'from'
  | 'definitionFrom'
  | 'liveTable'
  | 'ranBy'
  | 'toolVersion'
  | 'asOf'
  | 'startedAt'
  | 'endedAt'
  | 'recoveryPoint'
> & {
  readonly aims: DrillAims;
  readonly scope?: DrillScope;
  readonly earlier: readonly DrillEntry[];
  readonly sample?: number;
  readonly scratch: { readonly name: string; readonly region: string };
};

type Finished = Omit<DrillResult, 'findings'> & {
  readonly findings: Pick<Findings, 'counts' | 'differences' | 'differencesByKind' | 'listed'>;
};

export function reportOf(facts: DrillFacts, { findings, bytes, objects, stageMs, removal }: Finished): DrillReport {
  const { table, withoutLive, asOf, startedAt, endedAt, from, definitionFrom, liveTable, ranBy, toolVersion } = facts;
  const { recoveryPoint } = facts;
  const { counts, differences, differencesByKind, listed } = findings;
  const restoreMs = (stageMs.create ?? 0) + (stageMs.restore ?? 0);
  const stageSeconds = Object.fromEntries(Object.entries(stageMs).map(([stage, ms]) => [stage, seconds(ms)]));
  return {
    ...{ type: 'drill', format: '1', table, verdict: differences === 0 ? 'same' : 'differences' },
    ...{ comparedWith: liveTable === null ? 'plan' : 'live table', withoutLive, asOf, startedAt, endedAt },
    recoveryPoint,
    ...{ items: counts.restored, differences, sample: facts.sample ?? null, sampledFrom: objects },
    restoreSeconds: seconds(restoreMs),
    itemsPerSecond: restoreMs === 0 ? 0 : Math.round((counts.restored * 1_000) / restoreMs),
    ...{ bytes, stageSeconds, counts: { ...counts }, differencesByKind, listedDifferences: listed },
    ...{ from, definitionFrom, liveTable, scratchTable: { ...facts.scratch, removed: removal.removed } },
    ...{ ranBy, toolVersion },
    ...{ organization: facts.aims.organization ?? null, scope: facts.scope ?? null },
    recoveryTime: recoveryTimeOf({ stageMs, restored: counts.restored, objects }, facts.aims),
    recoveryPointTarget: pointTarget(recoveryPoint, facts.aims),
    attributesThatDiffer: attributesThatDiffer(listed),
    earlier: facts.earlier.slice(0, MOST_EARLIER),
  };
}

/** The text that is kept: its SHA-256 stands on the page, so that page and data belong together. */
export function reportText(report: DrillReport): { text: string; sha256: string } {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  return { text, sha256: createHash('sha256').update(text, 'utf8').digest('hex') };
}

/** As many as a trend needs. */
const MOST_EARLIER = 12;

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
