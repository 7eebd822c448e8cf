import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataArchiveFile } from '@cdktf/provider-archive/lib/data-archive-file';
import type { ArchiveProvider } from '@cdktf/provider-archive/lib/provider';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { AssetType, TerraformAsset } from 'cdktf';
import { Construct } from 'constructs';
import { ITSELF } from '../DcsStack';
import { writeLogs } from '../policies/capture';
import { policyJson, type Statement } from '../policies/document';
import { trustLambda } from '../policies/trust';

export interface NodeFunctionProps {
  readonly provider: AwsProvider;
  readonly archiveProvider: ArchiveProvider;
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
      assumeRolePolicy: policyJson(trustLambda()),
    });
    this.rolePolicy = new IamRolePolicy(this, 'role-policy', {
      provider,
      name: functionName,
      role: this.role.name,
      policy: policyJson(...props.policy, writeLogs(logGroup.arn)),
    });
    const archive = this.packageCode(props);
    this.lambda = new LambdaFunction(this, ITSELF, {
      provider,
      functionName,
      description: props.description,
      role: this.role.arn,
      filename: archive.outputPath,
      sourceCodeHash: archive.outputBase64Sha256,
      handler: 'index.handler',
      runtime: props.runtime,
      architectures: ['arm64'],
      memorySize: props.memoryMb,
      timeout: props.timeoutSeconds,
      environment: { variables: { ...props.environment } },
      loggingConfig: { logFormat: 'JSON', logGroup: logGroup.name },
      dependsOn: [this.rolePolicy],
    });
  }

  /**
   * The code is copied beside the stack's JSON, and Terraform makes the zip there when it plans: a remote run has all it
   * needs, and a plan shows the hash. Where a saved plan is applied on another machine, the stack's folder goes along.
   */
  private packageCode({ archiveProvider, codeDirectory, functionName }: NodeFunctionProps): DataArchiveFile {
    const assetHash = digestOf(codeDirectory); // The framework's own digest leaves out the names of the files.
    const code = new TerraformAsset(this, 'code', { path: codeDirectory, type: AssetType.DIRECTORY, assetHash });
    return new DataArchiveFile(this, 'package', {
      provider: archiveProvider,
      type: 'zip',
      sourceDir: code.path.replace(/\/$/, ''),
      outputPath: `packages/${functionName}-${assetHash}.zip`,
      outputFileMode: '0644', // The mode of a file is in the zip, and differs from checkout to checkout.
    });
  }
}

/** Names and contents of all files below a folder, as 16 hex digits. */
function digestOf(directory: string): string {
  if (!existsSync(join(directory, 'index.js'))) {
    throw new Error(
      `There is no index.js in ${directory}, which should hold the code of a function. Next: npm run bundle.`,
    );
  }
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const digest = createHash('sha256');
  for (const path of paths) {
    const contents = createHash('sha256').update(readFileSync(path)).digest('hex');
    digest.update(`${path.slice(directory.length)}\0${contents}\n`);
  }
  return digest.digest('hex').slice(0, 16);
}
