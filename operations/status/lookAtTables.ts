import type { TableLocation } from '../../core/objectKey';
import { bucketOf, type CheckContext } from '../check/checkContext';
import { lastRunInspection } from '../check/engineChecks';
import { journalInspection } from '../check/journalCheck';
import { lockSweepsInspection } from '../check/lockChecks';
import { layoutOf } from '../../settings/configuredTable';
import { cannotTell, type Finding, type Inspection } from '../check/finding';
import { oldestReplicaInspection, recoveryPointInspection } from '../heartbeat/inspections';
import { listedOnce } from './newestImages';
import { onTheWay } from './onTheWay';
import { captureStatus, copyStatus, type CopyContext } from './tableStatus';

export interface StatusRequest extends CopyContext {
  /** Whether the settings say that the locks of the copy are renewed. */
  readonly renewsLocks: boolean;
  readonly tables: readonly TableLocation[];
  /** Undefined when the settings say nothing of the source account. */
  readonly deployment?: CheckContext;
}

/** Looks once at where each table stands. */
export async function lookAtTables(request: StatusRequest): Promise<Finding[]> {
  const { deployment, tables, signal } = request;
  const source = deployment && {
    deployment,
    newestIn: listedOnce(bucketOf(deployment, 'source'), request.nowMs, signal),
  };
  const inspections = [
    ...tables.flatMap((table) => [
      ...(source ? captureStatus(source.deployment, table, source.newestIn) : []),
      ...copyStatus(request, table),
      ...(deployment && layoutOf(deployment.settings, table.tableName) === 'journal'
        ? [journalInspection('journal', deployment, table.tableName)]
        : []),
    ]),
    recoveryPointInspection('recovery point', request),
    ...(request.renewsLocks
      ? [
          lockSweepsInspection('locks', {
            bucket: request.destinationBucket,
            prefix: request.prefix,
            nowMs: request.nowMs,
          }),
        ]
      : []),
    ...(deployment?.settings.engine.enabled ? [lastRunInspection(deployment)] : []),
    ...(deployment ? [oldestReplicaInspection('oldest replica', deployment)] : []),
    ...(source ? onTheWay(source.deployment, source.newestIn) : [noSource]),
  ];
  const findings = (await Promise.all(inspections.map((each) => each()))).flat();
  signal.throwIfAborted();
  return findings;
}

const noSource: Inspection = () =>
  Promise.resolve([
    {
      ...{ id: 'source', side: 'source', subject: 'source account' },
      ...cannotTell('the settings say nothing of it', 'add source and destination to the settings file'),
    },
  ]);
