import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { ITSELF } from '../DcsStack';
import { writeLogs } from '../policies/capture';
import { policyJson, type Statement } from '../policies/document';
import { trustLambda } from '../policies/trust';
import { codePackage } from './codePackage';
import { grant } from './grant';
import type { roleIn } from './roleIn';

export interface NodeFunctionProps {
  readonly provider: AwsProvider;
  readonly functionName: string;
  readonly logGroupName: string;
  readonly description: string;
  /** Folder with index.js, which exports `handler`. */
  readonly codeDirectory: string;
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly logRetentionDays: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly policy: readonly Statement[];
  readonly roleIn: ReturnType<typeof roleIn>;
  /** Default: 512 MB, which Lambda gives. */
  readonly ephemeralStorageMb?: number;
}

/** A Lambda function with its role, log group and package. */
export class NodeFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: IamRole;
  readonly rolePolicy: IamRolePolicy;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { provider, functionName } = props;
    const logGroup = new CloudwatchLogGroup(this, 'log-group', {
      provider,
      name: props.logGroupName,
      retentionInDays: props.logRetentionDays,
    });
    this.role = new IamRole(this, 'role', {
      provider,
      name: functionName,
      ...props.roleIn,
      assumeRolePolicy: policyJson(trustLambda()),
    });
    this.rolePolicy = grant(this, 'role-policy', {
      ...props,
      role: this.role,
      roleName: functionName,
      statements: [...props.policy, writeLogs(logGroup.arn)],
    });
    this.lambda = new LambdaFunction(this, ITSELF, {
      provider,
      functionName,
      description: props.description,
      role: this.role.arn,
      ...codePackage(this, functionName, props.codeDirectory),
      handler: 'index.handler',
      runtime: props.runtime,
      architectures: ['arm64'],
      memorySize: props.memoryMb,
      timeout: props.timeoutSeconds,
      ...(props.ephemeralStorageMb !== undefined && { ephemeralStorage: { size: props.ephemeralStorageMb } }),
      environment: { variables: { ...props.environment } },
      loggingConfig: { logFormat: 'JSON', logGroup: logGroup.name },
      dependsOn: [this.rolePolicy],
    });
  }
}
