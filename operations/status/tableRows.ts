import type { Finding, Verdict } from '../check/finding';

/** Where one table stands, as one line. Undefined: nobody has looked; null: there is nothing. */
export interface TableRow {
  readonly table: string;
  /** The worst of all that was looked at for it. */
  readonly verdict: Verdict;
  /** ISO 8601. */
  readonly recoveryPoint?: string | null;
  readonly restorableSince?: string | null;
  readonly versions?: number;
  readonly sizeBytes?: number;
  /** Whether all versions were looked at; if not, there are at least so many. */
  readonly isWhole?: boolean;
  readonly lagMs?: number | null;
  readonly verifiedAt?: string | null;
  readonly verifyDifferences?: number | null;
  readonly drilledAt?: string | null;
  readonly drillDifferences?: number | null;
}

const WORST: readonly Verdict[] = ['problem', 'cannotTell', 'warning', 'ok'];

/** What was found about each table, and about the copy that all of them share. */
export function tableRows(findings: readonly Finding[], tableNames: readonly string[]): TableRow[] {
  const shared = findings.find(({ id }) => id === 'recovery point');
  return tableNames.map((table) => {
    const own = findings.filter(({ subject }) => subject === `table ${table}`);
    const of = (id: string) => own.find((finding) => finding.id === id)?.values ?? {};
    const [restorable, verify, drill] = [of('restorable'), of('last verify'), of('last drill')];
    return {
      table,
      verdict: WORST.find((verdict) => own.some((finding) => finding.verdict === verdict)) ?? 'cannotTell',
      recoveryPoint: shared?.values?.recoveryPoint,
      restorableSince: restorable.restorableSince,
      ...{ versions: restorable.versions, sizeBytes: restorable.sizeBytes, isWhole: restorable.isWhole },
      lagMs: of('lag').lagMs,
      ...{ verifiedAt: verify.reportAt, verifyDifferences: verify.differences },
      ...{ drilledAt: drill.reportAt, drillDifferences: drill.differences },
    } as TableRow;
  });
}
