import type { ImageStore } from '../../aws/imageStore';
import type { ReportStore } from '../../aws/reports';
import { compareJournals, type ComparedJournals } from './compareJournals';
import { compareTable, type CompareTableRequest, type Comparison } from './compareTable';
import { otherTable } from './otherTable';
import { repairAll, type Repairs } from './repairAll';
import { storeReport, verifyReport, type StoredVerify, type VerifyReport } from './report';
import type { StageWatch } from './stages';
import { walkTable, type Walked } from './walkTable';

/** Everything that a verify needs, without a settings file or a terminal. */
export interface VerifyRequest extends CompareTableRequest {
  /** Every version in both buckets, too. */
  readonly history: boolean;
  /** Undefined: what differs stays as it is. */
  readonly repair?: { readonly images: Pick<ImageStore, 'putIf'>; readonly allowDeletes: boolean };
  /** Where `dcs status` finds the report. */
  readonly reports: Pick<ReportStore, 'write'>;
  /** Asks for the ARN of whoever verifies. */
  readonly whoRuns: () => Promise<string>;
  readonly watch?: VerifyWatch;
}

/** Told what was found when it was: before the next part, which may take hours, or be refused. */
export interface VerifyWatch extends StageWatch {
  readonly onCompared?: (comparison: Comparison) => void;
  readonly onRepaired?: (repairs: Repairs) => void;
  readonly onWalked?: (walked: Walked) => void;
}

export interface VerifyOutcome {
  readonly report: VerifyReport;
  readonly stored: StoredVerify;
}

/**
 * Compares a table with both buckets, mends what differs if it is to be, walks through the history if it is to be, and
 * stores the report.
 *
 * @throws RefusedError for a repair that would store too many deletes
 * @throws CouldNotLookError when a sample found no item
 */
export async function verifyTable(request: VerifyRequest): Promise<VerifyOutcome> {
  const { opened, sampleItemCount, settleMs, repair, watch } = request;
  const { table, nowMs } = opened.places;
  const startedAtMs = nowMs();
  const compared = await compareTable(request);
  const journal = sampleItemCount === undefined ? await journalsOf(request) : undefined;
  const others = [...(await otherTable(opened.places, opened.tableId)), ...(journal?.differences ?? [])];
  const comparison = { ...compared, journal: journal?.counts, others };
  watch?.onCompared?.(comparison);
  const places = { places: opened.places, hasJournal: opened.journals !== undefined, settleMs, watch };
  const repairs = repair && (await repairAll({ ...places, ...repair, comparison }));
  if (repairs) watch?.onRepaired?.(repairs);
  // Of what there is after the repair: older versions and broken chains are beyond it.
  const walked = request.history ? await walkTable(places, comparison.sampled, comparison.differences) : undefined;
  if (walked) watch?.onWalked?.(walked);

  const endedAtMs = nowMs();
  const ranBy = await request.whoRuns().catch(() => null); // a verdict does not depend on it
  const facts = { tableName: table.tableName, sampleItemCount, settleMs, startedAtMs, endedAtMs, ranBy };
  const report = verifyReport({ ...facts, comparison, repairs, walked });
  return { report, stored: await storeReport(request.reports, report, startedAtMs) };
}

function journalsOf({ opened, settleMs, watch }: VerifyRequest): Promise<ComparedJournals> | undefined {
  const { journals, places } = opened;
  if (!journals) return undefined;
  watch?.onStage?.('journal');
  return compareJournals({ ...places, journals, settleMs });
}
