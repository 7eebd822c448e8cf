import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { Construct } from 'constructs';
import { VARIABLES } from '../../core/functionVariables';
import { COMPACTOR_TIMEOUT_SECONDS, compactorInput, compactorSchedule, journalTables } from '../../settings/compactor';
import { METRICS } from '../../settings/metrics';
import { formerKeysOf, type Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';
import { foldJournals } from '../policies/compactor';
import type { Statement } from '../policies/document';
import { publishIn } from '../policies/heartbeat';
import { decryptFormer, decryptReplicas, encryptReports } from '../policies/restore';
import { metricAlarm } from './alarms';
import { compactorAlarm, journalAlarms } from './compactorAlarms';
import { dashboardBody } from './dashboard';
import { NodeFunction, type NodeFunctionProps } from './NodeFunction';
import { roleIn } from './roleIn';
import { scheduleTables } from './tableSchedules';

/** What has waited so long, the next hour's does. */
const WAITS_SECONDS = 3_600;

export interface CompactorProps extends Pick<NodeFunctionProps, 'provider' | 'codeDirectory'> {
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
  /** Told of its alarms. */
  readonly topic: SnsTopic;
}

/**
 * Folds the journals of tables into sorted runs every hour and into a base every day, and is watched. Nothing reserves concurrency: an
 * account keeps 100 executions that nobody may reserve, and a new one has 10 in all, so the deployment would be refused (Lambda
 * developer guide, configuration-concurrency). Two at work on one table only add, the same twice; an invocation ends long before the
 * next begins.
 */
export class Compactor extends Construct {
  constructor(scope: Construct, id: string, props: CompactorProps) {
    super(scope, id);
    const { settings, names, provider } = props;
    const functionName = names.compactor;
    const { bucketName } = settings.destination;
    const { lambda } = new NodeFunction(this, 'function', {
      ...props,
      functionName,
      logGroupName: names.logGroup(functionName),
      description: `Folds the journals in ${bucketName} into runs and bases`,
      runtime: settings.capture.runtime,
      ...settings.compactor,
      timeoutSeconds: COMPACTOR_TIMEOUT_SECONDS,
      logRetentionDays: settings.capture.logRetentionDays,
      environment: { [VARIABLES.bucketName]: bucketName, [VARIABLES.prefix]: settings.prefix },
      policy: policyOf(props),
      roleIn: roleIn(settings, 'destination'),
    });
    new LambdaFunctionEventInvokeConfig(this, 'invocation', {
      provider,
      functionName: lambda.functionName,
      maximumRetryAttempts: 0, // An hour later it is tried again, with what has come since.
      maximumEventAgeInSeconds: WAITS_SECONDS,
    });
    const tables = journalTables(settings.tables);
    const schedules = tables.map((table) => ({
      tableName: table.name,
      description: `Folds the journal of table ${table.name} into runs, and once a day into a base.`,
      scheduleExpression: compactorSchedule(table.name),
      input: compactorInput(table),
    }));
    scheduleTables(this, { ...props, lambda, ruleOf: names.compactorRule }, schedules);
    const specs = [
      ...tables.flatMap(({ name }) => journalAlarms(name, functionName, settings)),
      compactorAlarm(functionName, settings),
    ];
    for (const spec of specs) metricAlarm(this, spec, props);
    new CloudwatchDashboard(this, 'dashboard', {
      provider,
      dashboardName: `${settings.name}-journals`,
      dashboardBody: dashboardBody(specs),
    });
  }
}

function policyOf({ settings, names, keyArn }: CompactorProps): Statement[] {
  const { destinationBucketArn: bucketArn } = names;
  const { region } = settings.destination;
  const key = keyArn === undefined ? undefined : { keyArn, bucketArn, region };
  return [
    ...foldJournals(bucketArn, settings.prefix),
    ...(key ? [decryptReplicas(key), encryptReports(key)] : []),
    ...decryptFormer(formerKeysOf('destination', settings), { bucketArn, region }),
    publishIn(METRICS.BaseAgeSeconds.namespace),
  ];
}
