import { dynamoDbBatchTable } from '../../aws/batchTable';
import { s3BytesStore } from '../../aws/bytesStore';
import { callerIdentity } from '../../aws/callerIdentity';
import { s3EngineStore } from '../../aws/engineStore';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3ReportStore } from '../../aws/reports';
import { sfnStateMachine } from '../../aws/stateMachine';
import { dynamoDbTableExports } from '../../aws/tableExports';
import { CouldNotLookError, UsageError } from '../../core/errors';
import { engineReport } from '../../operations/engine/verify/engineReport';
import { markSeen } from '../../operations/engine/run';
import { verifyByEngine } from '../../operations/engine/verify/verifyByEngine';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { withActualKeys } from '../../operations/sameKeys';
import { storeReport } from '../../operations/verify/report';
import { tableOf } from '../../settings/configuredTable';
import { engineNamesOf } from '../../settings/engineNames';
import { partsOf } from '../../settings/parts';
import { bucketIn, connect, type CommandContext } from '../context';
import { whyNotEngines } from '../engineExport';
import { EXIT, type ExitCode } from '../exitCodes';
import type { VerifyOfTable } from './options';
import { reportEngineRunning, sayEngineDifferences, watchEngineVerify } from './engineReporting';
import { reportVerify } from './reporting';

/** Compares a copy with an export of its table by the distributed engine. */
export async function runVerifyByEngine(options: VerifyOfTable, context: CommandContext): Promise<ExitCode> {
  const { output, signal, pause } = context;
  const settings = partsOf(context.settings, ['source', 'destination', 'tables']);
  const names = engineNamesOf(settings);
  const problems = whyNotEngines(options.fromExport, context, names.bucketName);
  if (problems.length > 0) throw new UsageError(problems);
  const [source, destination] = [connect(context, 'source'), connect(context, 'destination')];
  const copy = bucketIn(context, 'destination');
  const { nowMs } = await context.serviceClock('destination');
  const located = tableOf(settings, options.tableName);
  const described = await dynamoDbBatchTable(located.tableName, source.dynamoDb, { signal }).describe();
  if (!described) throw new CouldNotLookError(`there is no table ${located.tableName} in the source account's region`);
  const table = withActualKeys(located, described);
  const store = s3EngineStore({ ...destination.s3, bucket: names.bucketName });
  const { settleMs, fromExport, follow: isFollowed } = options;
  const { end: endProgress, ...watch } = watchEngineVerify(output);
  const verified = await verifyByEngine({
    ...{ store, table, settleMs, isFollowed, signal, nowMs, pause, watch },
    ...{ tableArn: described.TableArn, tableId: described.TableId },
    ...{ accountId: settings.destination.accountId, fromExport: fromExport?.folder },
    machine: sfnStateMachine(names.stateMachineArn, destination.states, signal),
    exports: dynamoDbTableExports(described.TableArn ?? table.tableName, source.dynamoDb, signal),
    source: s3ImageSource(copy),
    reads: { lister: s3VersionLister(copy), bytes: s3BytesStore(copy) },
  }).finally(endProgress);
  if (verified.is === 'running') {
    reportEngineRunning(output, options, verified);
    return EXIT.differences;
  }
  const { folder, run, end } = verified;
  await sayEngineDifferences(output, store, folder, end);
  const ranBy = await callerIdentity(destination.sts).then(
    ({ arn }) => arn,
    () => null, // a verdict does not depend on it
  );
  const report = engineReport({ run, end, ranBy, endedAtMs: nowMs() });
  const stored = await storeReport(s3ReportStore(copy, table), report, run.storedByMs);
  reportVerify(output, { report, stored }, copy.bucket);
  await markSeen(store, folder);
  return report.verdict === 'same' ? EXIT.done : EXIT.differences;
}
