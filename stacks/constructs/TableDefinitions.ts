import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { VARIABLES } from '../../core/functionVariables';
import { formerKeysOf, type Names } from '../../settings/names';
import { encryptInBucket } from '../policies/capture';
import { decryptFormer } from '../policies/restore';
import { describeTables, keepTableDefinitions } from '../policies/tableDefinition';
import type { Settings } from '../../settings/schema';
import { NodeFunction, type NodeFunctionProps } from './NodeFunction';

const MEMORY_MB = 256;
const TIMEOUT_SECONDS = 300;

export interface TableDefinitionsProps extends Pick<NodeFunctionProps, 'provider' | 'codeDirectory'> {
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
  readonly after: ITerraformDependable[];
}

/** Keeps the definition of every table beside its images, so that a restore needs nothing of the source account. */
export class TableDefinitions extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, props: TableDefinitionsProps) {
    super(scope, id);
    const { settings, names, provider } = props;
    this.functionName = names.tableDefinition;
    const { lambda } = new NodeFunction(this, 'function', {
      ...props,
      functionName: this.functionName,
      logGroupName: names.logGroup(this.functionName),
      description: `Keeps table.json of each table in ${settings.source.bucketName}`,
      runtime: settings.capture.runtime,
      memoryMb: MEMORY_MB,
      timeoutSeconds: TIMEOUT_SECONDS,
      logRetentionDays: settings.capture.logRetentionDays,
      environment: {
        [VARIABLES.bucketName]: settings.source.bucketName,
        [VARIABLES.prefix]: settings.prefix,
        [VARIABLES.tableNames]: settings.tables.map(({ name }) => name).join(','),
      },
      policy: policyOf(props),
    });
    const schedule = new CloudwatchEventRule(this, 'schedule', {
      provider,
      name: this.functionName,
      description: 'Refreshes table.json of each table; a new version is written only when a definition changed.',
      scheduleExpression: settings.tableDefinition.scheduleExpression,
      dependsOn: props.after,
    });
    new CloudwatchEventTarget(this, 'target', { provider, rule: schedule.name, targetId: 'function', arn: lambda.arn });
    new LambdaPermission(this, 'permission', {
      provider,
      statementId: 'schedule',
      action: 'lambda:InvokeFunction',
      functionName: lambda.functionName,
      principal: 'events.amazonaws.com',
      sourceArn: schedule.arn,
      sourceAccount: settings.source.accountId,
    });
  }
}

function policyOf({ settings, names, keyArn }: TableDefinitionsProps) {
  const tables = settings.tables.map(({ name }) => name);
  const bucketArn = names.sourceBucketArn;
  return [
    describeTables(tables.map(names.tableArn)),
    ...keepTableDefinitions(bucketArn, settings.prefix),
    ...decryptFormer(formerKeysOf('source', settings), { bucketArn, region: settings.source.region }),
    ...(keyArn === undefined ? [] : [encryptInBucket({ keyArn, bucketArn, region: settings.source.region })]),
  ];
}
