import { CLASSES } from '../../verify/verdict';
import type { VerifyReport } from '../../verify/report';
import type { VerifyEnd } from './collectVerify';
import type { VerifyRun } from './verifyRun';

/** What the engine has found, as every verify says it: for the output, and where `dcs status` finds it. */
export function engineReport({
  run: { tableName, momentMs, storedByMs, settleMs },
  end: { counts, classes, examples },
  ranBy,
  endedAtMs,
}: {
  readonly run: VerifyRun;
  readonly end: VerifyEnd;
  readonly ranBy: string | null;
  readonly endedAtMs: number;
}): VerifyReport {
  const { inExport, inCopy, compared, same, late, near, differences } = counts;
  const ofClasses = Object.fromEntries(CLASSES.map((name) => [name, classes[name] ?? 0]));
  return {
    ...{ type: 'verify', table: tableName },
    startedAt: new Date(storedByMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
    ...{ ranBy, sample: null, history: false, settleMs },
    counts: { items: inExport, replicas: inCopy, compared, same, late, near, ...ofClasses },
    ...{ differences, examples, engine: 'distributed', asOf: new Date(momentMs).toISOString() },
    verdict: differences === 0 ? 'same' : 'differences',
  };
}
