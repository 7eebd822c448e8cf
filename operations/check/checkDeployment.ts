import { recoveryPointInspection, watchedCopyOf } from '../heartbeat/inspections';
import { accountCheck } from './accountChecks';
import { alarmChecks } from './alarmChecks';
import { bucketChecks } from './bucketChecks';
import type { CheckContext } from './checkContext';
import { compactorChecks, journalCheck } from './compactorChecks';
import { destinationChecks } from './destinationChecks';
import { engineChecks } from './engineChecks';
import type { Finding, Inspection } from './finding';
import { importChecks } from './importChecks';
import { batchReplicationCheck } from './jobsRole';
import { locksCheck, lockSweepsCheck } from './lockChecks';
import { parkedCheck } from './parkedCheck';
import { probeCheck } from './probe';
import { replicationChecks } from './replicationChecks';
import { replicationMetricsCheck } from './replicationMetricsCheck';
import { scheduleChecks } from './scheduleChecks';
import { tamperChecks } from './tamperChecks';
import { definitionCopyCheck, tableChecks } from './tableChecks';

export interface CheckRequest extends CheckContext {
  /** How long to wait for the probe; undefined: no probe. */
  readonly waitMs: number | undefined;
}

export interface CheckWatch {
  /** What was found of one subject. The subjects come in their order, however long each takes. */
  readonly onSubject: (findings: readonly Finding[]) => void;
}

/** Makes every check of a deployment, all at the same time. */
export async function checkDeployment(request: CheckRequest, watch: CheckWatch): Promise<Finding[]> {
  const findings: Finding[] = [];
  const subjects = allInspections(request).map((inspections) => Promise.all(inspections.map((each) => each())));
  for (const subject of subjects) subject.catch(() => undefined); // told when its turn comes
  for (const subject of subjects) {
    const found = (await subject).flat();
    request.signal.throwIfAborted();
    findings.push(...found);
    watch.onSubject(found);
  }
  return findings;
}

/** By subject, the source side first. */
function allInspections(request: CheckRequest): Inspection[][] {
  const { tables, waitMs } = request;
  return [
    [accountCheck(request, 'source')],
    ...tables.map((table) => tableChecks(request, table)),
    [...bucketChecks(request, 'source'), replicationChecks(request), parkedCheck(request)],
    [batchReplicationCheck(request)],
    ...scheduleChecks(request, 'source'),
    alarmChecks(request, 'source'),
    [...alarmChecks(request, 'replication'), ...replicationMetricsCheck(request)],
    [accountCheck(request, 'destination')],
    [
      ...bucketChecks(request, 'destination'),
      ...destinationChecks(request),
      recoveryPointInspection('recovery-point', watchedCopyOf(request)),
      ...lockSweepsCheck(request),
    ],
    ...scheduleChecks(request, 'destination'),
    ...engineChecks(request),
    compactorChecks(request),
    alarmChecks(request, 'destination'),
    tamperChecks(request),
    ...tables.map((table) => [
      definitionCopyCheck(request, table),
      ...locksCheck(request, table),
      ...journalCheck(request, table.tableName),
    ]),
    ...importChecks(request).map((each) => [each]),
    ...(waitMs === undefined ? [] : [[probeCheck(request, waitMs)]]),
  ];
}
