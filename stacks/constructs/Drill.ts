import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { Construct } from 'constructs';
import { VARIABLES } from '../../core/functionVariables';
import { drillAims, type DrillAims } from '../../settings/drillAims';
import { formerKeysOf, type Names } from '../../settings/names';
import type { Statement } from '../policies/document';
import { assumeReader, fillScratchTables, readCopies, removeScratchTables } from '../policies/drill';
import { decryptFormer, decryptReplicas, encryptReports, writeReports } from '../policies/restore';
import type { Settings } from '../../settings/schema';
import type { TableSettings } from '../../settings/tables';
import { metricAlarm } from './alarms';
import { drillAlarms } from './drillAlarms';
import { NodeFunction, type NodeFunctionProps } from './NodeFunction';
import { roleIn } from './roleIn';
import { scheduleTables } from './tableSchedules';

const MEMORY_MB = 1024; // Half a processor and more: a sample is bound by the network, its listing by the processor.
const TIMEOUT_SECONDS = 900; // Lambda's most.

export interface DrillProps extends Pick<NodeFunctionProps, 'provider' | 'codeDirectory'> {
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
  /** Told of its alarms. */
  readonly topic: SnsTopic;
}

/** A restore of a sample of each table on a schedule, compared with the live table, and watched. */
export class Drill extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, props: DrillProps) {
    super(scope, id);
    const { settings, names, provider } = props;
    this.functionName = names.drill;
    const { lambda } = new NodeFunction(this, 'function', {
      ...props,
      functionName: this.functionName,
      logGroupName: names.logGroup(this.functionName),
      description: `Restores a sample of each table from ${settings.destination.bucketName} and compares it`,
      runtime: settings.capture.runtime,
      memoryMb: MEMORY_MB,
      timeoutSeconds: TIMEOUT_SECONDS,
      logRetentionDays: settings.capture.logRetentionDays,
      environment: environmentOf(props),
      policy: policyOf(props),
      roleIn: roleIn(settings, 'destination'),
    });
    new LambdaFunctionEventInvokeConfig(this, 'invocation', {
      provider,
      functionName: lambda.functionName,
      maximumRetryAttempts: 0, // A drill that finds differences fails; to find them twice more helps nobody.
    });
    scheduleTables(this, { ...props, lambda, ruleOf: names.drillRule }, settings.tables.map(scheduleOf(settings)));
    for (const spec of drillAlarms(this.functionName, settings)) metricAlarm(this, spec, props);
  }
}

function scheduleOf(settings: Settings) {
  return ({ name: tableName, partitionKey, sortKey }: TableSettings) => ({
    tableName,
    description: `Drills table ${tableName}: restores a sample, compares it, keeps a report.`,
    scheduleExpression: settings.drill.scheduleExpression,
    input: JSON.stringify({
      table: { name: tableName, partitionKey, sortKey },
      ...aimsOf(drillAims(settings, tableName)),
    }),
  });
}

/** Nothing where nobody has set any: a schedule does not change because there are such settings. */
function aimsOf(aims: DrillAims): { readonly aims?: DrillAims } {
  return Object.values(aims).some((aim) => aim !== undefined) ? { aims } : {};
}

/** What the function reads at its start; lambda/drill says what each is for. */
function environmentOf({ settings, names }: DrillProps): Record<string, string> {
  return {
    [VARIABLES.bucketName]: settings.destination.bucketName,
    [VARIABLES.prefix]: settings.prefix,
    [VARIABLES.sampleItemCount]: String(settings.drill.sampleItemCount),
    [VARIABLES.sourceAccountId]: settings.source.accountId,
    [VARIABLES.sourceRegion]: settings.source.region,
    [VARIABLES.readerRoleArn]: names.drillReaderRoleArn,
  };
}

function policyOf({ settings, names, keyArn }: DrillProps): Statement[] {
  const { accountId, region } = settings.destination;
  const { destinationBucketArn: bucketArn, partition } = names;
  const scratch = { partition, accountId, region };
  const key = keyArn === undefined ? undefined : { keyArn, bucketArn, region };
  return [
    ...readCopies(bucketArn),
    writeReports(bucketArn, settings.prefix),
    ...(key ? [decryptReplicas(key), encryptReports(key)] : []),
    ...decryptFormer(formerKeysOf('destination', settings), { bucketArn, region }),
    fillScratchTables(scratch),
    ...removeScratchTables(scratch),
    assumeReader(names.drillReaderRoleArn),
  ];
}
