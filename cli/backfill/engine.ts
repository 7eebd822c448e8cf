import { dynamoDbBatchTable } from '../../aws/batchTable';
import { s3EngineStore } from '../../aws/engineStore';
import { s3VersionLister } from '../../aws/objectVersions';
import { sfnStateMachine } from '../../aws/stateMachine';
import { refreshDefinition } from '../../aws/storedDefinition';
import { describeTableDefinition } from '../../aws/tableDefinition';
import { dynamoDbTableExports } from '../../aws/tableExports';
import { s3TextStore } from '../../aws/textStore';
import { CouldNotLookError, UsageError } from '../../core/errors';
import { backfillByEngine } from '../../operations/engine/backfill/backfillByEngine';
import { markSeen } from '../../operations/engine/run';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { hasJournal } from '../../operations/journal/hasJournal';
import { withActualKeys } from '../../operations/sameKeys';
import { layoutOf, tableOf } from '../../settings/configuredTable';
import { engineNamesOf } from '../../settings/engineNames';
import { partsOf } from '../../settings/parts';
import { bucketIn, connect, type CommandContext } from '../context';
import { whyNotEngines } from '../engineExport';
import { EXIT, type ExitCode } from '../exitCodes';
import { reportBackfillRunning, reportEngineBackfill, sayLeft, watchEngineBackfill } from './engineReporting';
import type { BackfillOptions } from './options';

/** Gives the items of an export images by the distributed engine. */
export async function runBackfillByEngine(
  options: BackfillOptions & { readonly tableName: string },
  context: CommandContext,
): Promise<ExitCode> {
  const { output, signal, pause } = context;
  const settings = partsOf(context.settings, ['source', 'destination', 'tables']);
  const names = engineNamesOf(settings);
  const problems = whyNotEngines(options.fromExport, context, names.bucketName);
  if (problems.length > 0) throw new UsageError(problems);
  const [source, destination] = [connect(context, 'source'), connect(context, 'destination')];
  const bucket = bucketIn(context, 'source');
  const { nowMs } = await context.serviceClock('source');
  const located = tableOf(settings, options.tableName);
  const described = await dynamoDbBatchTable(located.tableName, source.dynamoDb, { signal }).describe();
  if (!described) throw new CouldNotLookError(`there is no table ${located.tableName} in the source account's region`);
  const table = withActualKeys(located, described);
  const store = s3EngineStore({ ...destination.s3, bucket: names.bucketName });
  const { fromExport, allowGap, follow: isFollowed } = options;
  const { end: endProgress, ...watch } = watchEngineBackfill(output);
  // Whose table it is, is told by the definitions that are stored: this one has to be among them.
  const storeDefinition = async () => {
    const definition = await describeTableDefinition(table.tableName, source.dynamoDb, signal);
    const describe = () => Promise.resolve(definition);
    return refreshDefinition({ ...table, texts: s3TextStore(bucket), describe }, table.tableName);
  };
  const backfilled = await backfillByEngine({
    ...{ store, table, described, storeDefinition, allowGap, isFollowed, signal, nowMs, pause, watch },
    layout: layoutOf(settings, table.tableName),
    tombstoneExpirationDays: settings.source.lifecycle.tombstoneExpirationDays,
    hasJournal: () => hasJournal(s3VersionLister(bucket), table, signal),
    ...{ accountId: settings.destination.accountId, fromExport: fromExport?.folder },
    machine: sfnStateMachine(names.stateMachineArn, destination.states, signal),
    exports: dynamoDbTableExports(described.TableArn ?? table.tableName, source.dynamoDb, signal),
    source: s3ImageSource({ ...bucket, prefix: table.prefix }),
  }).finally(endProgress);
  if (backfilled.is === 'running') {
    reportBackfillRunning(output, table.tableName, backfilled);
    return EXIT.differences;
  }
  await sayLeft(output, store, backfilled);
  reportEngineBackfill(output, store.bucket, backfilled);
  await markSeen(store, backfilled.folder);
  return backfilled.end.counts.failed === 0 ? EXIT.done : EXIT.differences;
}
