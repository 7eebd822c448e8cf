import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { SfnStateMachine } from '@cdktf/provider-aws/lib/sfn-state-machine';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { Construct } from 'constructs';
import type { EngineAlarm } from '../../settings/alarmNames';
import { ENGINE_WORKERS, FOLD_TIMEOUT_SECONDS, type EngineWorker } from '../../settings/engineDefinition';
import { engineEnvironment } from '../../settings/engineEnvironment';
import { deployedDefinition, engineNamesOf, type EngineNames } from '../../settings/engineNames';
import { stateMachineMetric } from '../../settings/metrics';
import { formerKeysOf, type Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';
import { ITSELF, stackOf } from '../DcsStack';
import { assumeWriter } from '../policies/backfill';
import { requireTls } from '../policies/buckets';
import { policyJson, type Statement } from '../policies/document';
import { readCopies } from '../policies/drill';
import { importRuns, readExports, runEngine, takeExports, useEngineBucket } from '../policies/engine';
import { decryptFormer, decryptReplicas, encryptReports } from '../policies/restore';
import { askBackVersions } from '../policies/thaw';
import { trustBatchOperations, trustStepFunctions } from '../policies/trust';
import { metricAlarm } from './alarms';
import type { AlarmSpec } from './alarmSpecs';
import { grant } from './grant';
import { GUARDS_OF_A_BUCKET, GuardedBucket } from './GuardedBucket';
import { NodeFunction, type NodeFunctionProps } from './NodeFunction';
import { roleIn } from './roleIn';

const MEMORY_MB = 1_024;
/** A run can be taken up for so long, and what it leaves costs nothing longer. */
const KEPT_DAYS = 14;

export interface EngineProps extends Pick<NodeFunctionProps, 'provider'> {
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
  /** Told of its alarm. */
  readonly topic: SnsTopic;
  /** Folders with the code of each worker. */
  readonly code: Readonly<Record<EngineWorker, string>>;
}

/** The distributed engine: a state machine, the functions of its states, and the bucket in which they leave what they made. */
export class Engine extends Construct {
  readonly engine: EngineNames;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: EngineProps,
  ) {
    super(scope, id);
    const { settings, provider, keyArn, topic } = props;
    this.engine = engineNamesOf(settings);
    const { bucketArn, bucketName } = this.engine;
    const sender = { ...props.names, sourceAccountId: settings.source.accountId };
    const policy = [requireTls(bucketArn), takeExports(bucketArn, sender)];
    new GuardedBucket(this, 'bucket', {
      ...{ provider, bucketName, keyArn, objectLockEnabled: false, policy },
      lifecycleRules: [
        {
          ...{ id: 'runs', status: 'Enabled', filter: [{}] },
          expiration: [{ days: KEPT_DAYS }],
          noncurrentVersionExpiration: [{ noncurrentDays: 1 }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
        },
        // With days alone a marker that hides nothing any more would stay for as many again (S3 user guide, lifecycle-configuration-examples).
        { id: 'markers', status: 'Enabled', filter: [{}], expiration: [{ expiredObjectDeleteMarker: true }] },
      ],
    });
    this.makeMachine(ENGINE_WORKERS.map((worker) => this.makeFunction(worker)));
    this.makeThawRole();
    metricAlarm(this, engineAlarm(this.engine, settings), { provider, settings, topic });
  }

  private makeFunction(worker: EngineWorker): NodeFunction {
    const { settings, names, code } = this.props;
    const functionName = this.engine.functions[worker];
    return new NodeFunction(this, worker, {
      ...this.props,
      functionName,
      logGroupName: names.logGroup(functionName),
      description: DESCRIPTIONS[worker],
      codeDirectory: code[worker],
      runtime: settings.capture.runtime,
      memoryMb: worker === 'fold' ? settings.engine.memoryMb : MEMORY_MB,
      timeoutSeconds: FOLD_TIMEOUT_SECONDS,
      logRetentionDays: settings.capture.logRetentionDays,
      environment: engineEnvironment(settings, worker),
      policy: this.policyOf(worker),
      roleIn: roleIn(settings, 'destination'),
    });
  }

  private policyOf(worker: EngineWorker): Statement[] {
    const { settings, names, keyArn } = this.props;
    const { region, accountId } = settings.destination;
    const { destinationBucketArn } = names;
    const { bucketArn } = this.engine;
    const readsImages = worker === 'plan' || worker === 'fold';
    const copy = { bucketArn: destinationBucketArn, region };
    const images = [
      ...readCopies(destinationBucketArn),
      ...(keyArn === undefined ? [] : [decryptReplicas({ ...copy, keyArn })]),
      ...decryptFormer(formerKeysOf('destination', settings), copy),
    ];
    return [
      ...(readsImages ? images : []),
      ...useEngineBucket(bucketArn, worker === 'import' ? ['restores'] : undefined),
      ...(readsImages ? [readExports(bucketArn)] : []),
      ...this.useKey(),
      ...(worker === 'fold' ? [assumeWriter(names.backfillWriterRoleArn)] : []),
      ...(worker === 'import' ? importRuns({ partition: names.partition, accountId, region }) : []),
    ];
  }

  /** Of what is in the engine's bucket. */
  private useKey(): Statement[] {
    const { settings, keyArn } = this.props;
    if (keyArn === undefined) return [];
    const key = { keyArn, bucketArn: this.engine.bucketArn, region: settings.destination.region };
    return [
      { ...decryptReplicas(key), Sid: 'DecryptRuns' },
      { ...encryptReports(key), Sid: 'EncryptRuns' },
    ];
  }

  /** Of the jobs of S3 Batch Operations that ask archived versions back. */
  private makeThawRole(): void {
    const { settings, names, provider, keyArn } = this.props;
    const { thawRole } = this.engine;
    const { destinationBucketArn: bucketArn } = names;
    const copy = { bucketArn, region: settings.destination.region };
    const role = new IamRole(this, 'thaw-role', {
      provider,
      name: thawRole,
      ...roleIn(settings, 'destination'),
      description: 'Asks archived versions of the copy back',
      assumeRolePolicy: policyJson(trustBatchOperations()),
    });
    grant(this, 'thaw-role-policy', {
      ...{ provider, role, roleName: thawRole, roleIn: roleIn(settings, 'destination') },
      statements: [
        ...askBackVersions(this.engine, bucketArn),
        ...(keyArn === undefined ? [] : [decryptReplicas({ ...copy, keyArn })]),
        ...decryptFormer(formerKeysOf('destination', settings), copy),
      ],
    });
  }

  /** It is changed when its functions are: what a newer one goes by, they say by then. */
  private makeMachine(functions: readonly NodeFunction[]): void {
    const { settings, provider } = this.props;
    const { stateMachine, logGroup: name } = this.engine;
    const logGroup = new CloudwatchLogGroup(this, 'log-group', {
      provider,
      name,
      retentionInDays: settings.capture.logRetentionDays,
    });
    const role = new IamRole(this, 'role', {
      provider,
      name: stateMachine,
      ...roleIn(settings, 'destination'),
      assumeRolePolicy: policyJson(trustStepFunctions(settings.destination.accountId)),
    });
    const policy = grant(this, 'role-policy', {
      ...{ provider, role, roleName: stateMachine, roleIn: roleIn(settings, 'destination') },
      statements: [...runEngine(this.engine), ...this.useKey().filter(({ Sid }) => Sid === 'DecryptRuns')],
    });
    new SfnStateMachine(this, ITSELF, {
      provider,
      name: stateMachine,
      roleArn: role.arn,
      definition: deployedDefinition(settings),
      loggingConfiguration: { level: 'ERROR', includeExecutionData: true, logDestination: `${logGroup.arn}:*` },
      dependsOn: [policy, ...functions.map(({ lambda }) => lambda)],
    });
  }
}

/**
 * Of settings that deploy no engine (any more). Destroyed, its lifecycle would go first, and the bucket be refused for what is in it;
 * forgotten, it empties itself within days.
 */
export function forgetEngineBucket(scope: Construct): void {
  for (const { type, end } of GUARDS_OF_A_BUCKET) stackOf(scope).forget(`${type}.destination_engine_bucket${end}`);
}

const DESCRIPTIONS: Readonly<Record<EngineWorker, string>> = {
  plan: 'Divides a table into the ranges that are folded, or compared, or an export into its files',
  fold: 'Folds the images of a range of object keys to a moment, compares a part of them with an export, or gives the items of a file of it images',
  collect: 'Counts what has come of a round, and begins the next',
  import: 'Has DynamoDB import what was folded, and compares',
};

function engineAlarm(
  { stateMachine, stateMachineArn }: EngineNames,
  { destination }: Settings,
): AlarmSpec<EngineAlarm> {
  return {
    id: 'engine-failed',
    metric: stateMachineMetric('ExecutionsFailed', stateMachineArn, destination.region),
    threshold: 0,
    periodSeconds: 300,
    periods: [1, 1],
    description: `A run of the distributed engine has failed: what it was to bring back is not there, or what it was to compare is not, or items of a backfill have no image yet. Look at the execution of ${stateMachine} in the console of Step Functions, which says why, mend the cause, and give the same dcs restore, dcs verify or dcs backfill again: it goes on where the run stopped.`,
  };
}
