import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { Construct } from 'constructs';
import { VARIABLES } from '../../core/functionVariables';
import { tableId } from '../../settings/alarmNames';
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

  constructor(
    scope: Construct,
    id: string,
    private readonly props: DrillProps,
  ) {
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
    this.permitSchedules(lambda);
    for (const table of settings.tables) this.schedule(lambda, table);
    for (const spec of drillAlarms(this.functionName, settings)) metricAlarm(this, spec, props);
  }

  /** A rule for each table, so that each has the function's whole time. */
  private schedule(lambda: LambdaFunction, table: TableSettings): void {
    const { settings, names, provider } = this.props;
    const id = tableId(table.name);
    const schedule = new CloudwatchEventRule(this, `schedule-${id}`, {
      provider,
      name: names.drillRule(table.name),
      description: `Drills table ${table.name}: restores a sample, compares it, keeps a report.`.slice(0, 512),
      scheduleExpression: settings.drill.scheduleExpression,
    });
    new CloudwatchEventTarget(this, `target-${id}`, {
      provider,
      rule: schedule.name,
      targetId: 'function',
      arn: lambda.arn,
      input: JSON.stringify({
        table: { name: table.name, partitionKey: table.partitionKey, sortKey: table.sortKey },
        ...aimsOf(drillAims(settings, table.name)),
      }),
    });
  }

  /** One for the rules of all tables: a function's policy holds 20 KB, which is about fifty of them. */
  private permitSchedules(lambda: LambdaFunction): void {
    const { names, provider, settings } = this.props;
    const { accountId, region } = settings.destination;
    new LambdaPermission(this, 'permission', {
      provider,
      statementId: 'schedules',
      action: 'lambda:InvokeFunction',
      functionName: lambda.functionName,
      principal: 'events.amazonaws.com',
      sourceArn: `arn:${names.partition}:events:${region}:${accountId}:rule/${names.drillRule('')}*`,
      sourceAccount: accountId,
    });
  }
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
