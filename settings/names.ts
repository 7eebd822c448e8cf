import { createHash } from 'node:crypto';
import { tablePrefix } from '../core/objectKey';
import { partitionOf } from '../core/partitions';
import type { Side } from './schema';

/*
 * Every name and ARN that the two accounts have to agree on, from the settings alone. None comes from a resource: the
 * stacks can then be deployed apart, no string function meets a token of Terraform, and dcs check knows what to look for.
 */

/**
 * A name made of parts that AWS takes for a function, a role and a log group, at most `maxLength` long. Where the parts
 * had to be changed or shortened, a digest of them keeps two different tables apart.
 */
export function boundedName(parts: readonly string[], maxLength = 64): string {
  const wanted = parts.join('-');
  const name = wanted.replace(/[^A-Za-z0-9-]/g, '-');
  if (name === wanted && name.length <= maxLength) return name;
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 8);
  return `${name.slice(0, maxLength - digest.length - 1)}-${digest}`;
}

/**
 * Where alarms are: in each account in its own Region, and for what S3 publishes in the Region of the destination bucket,
 * there in the source account. An alarm sees metrics of its own account and Region, and tells a topic there.
 */
export type AlarmPlace = Side | 'replication';

/** What of the settings names are made from. */
export interface NamedDeployment {
  readonly name: string;
  readonly source: NamedAccount;
  readonly destination: NamedAccount;
}

interface NamedAccount {
  readonly accountId: string;
  readonly region: string;
  readonly bucketName: string;
  /** Of the roles that DCS makes. Default: `/`. */
  readonly rolePath?: string;
}

/** What a run of Terraform is for. */
export type DeployPurpose = 'plan' | 'deploy';

/** What tampering is told of, as the rules are called. */
export const TAMPER_RULES = ['bucket', 'key', 'rules', 'topic', 'alarms', 'trail'] as const;
export type TamperRuleId = (typeof TAMPER_RULES)[number];

export interface Names {
  readonly partition: string;
  readonly sourceBucketArn: string;
  readonly destinationBucketArn: string;
  readonly replicationRole: string;
  readonly replicationRoleArn: string;
  readonly replicationRuleId: string;
  /** The role in the source account by which an operator works. */
  readonly operatorRole: string;
  readonly operatorRoleArn: string;
  /** The role that S3 Batch Replication has in the source account. */
  readonly batchReplicationRole: string;
  readonly batchReplicationRoleArn: string;
  readonly restoreRole: string;
  readonly restoreRoleArn: string;
  /** The role of each account that erases, where the settings ask for it. */
  readonly eraseRole: string;
  readonly eraseRoleArns: Readonly<Record<Side, string>>;
  readonly tableDefinition: string;
  /** The function that writes the heartbeat, and in the destination account the one that measures how old its replica is. */
  readonly heartbeat: string;
  readonly replicaAge: string;
  /** The roles that a bootstrap makes in each account, by what they are for. */
  readonly deployRoleArns: Readonly<Record<Side, Readonly<Record<DeployPurpose, string>>>>;
  /** Of the one run that deploys both accounts, in the destination account. */
  readonly pipelineRoleArns: Readonly<Record<DeployPurpose, string>>;
  /** The function that renews locks. */
  readonly lockRenewal: string;
  /** The function that folds journals; its role has the same name. */
  readonly compactor: string;
  /** The rule of EventBridge that starts it for a table. Every one starts as that of the table called "". */
  readonly compactorRule: (table: string) => string;
  /** The function that drills on a schedule; its role has the same name. */
  readonly drill: string;
  /** The rule of EventBridge that starts it for a table. Every one starts as that of the table called "". */
  readonly drillRule: (table: string) => string;
  /** The role in the source account by which the engine writes the images of a backfill. */
  readonly backfillWriter: string;
  readonly backfillWriterRoleArn: string;
  readonly drillRoleArn: string;
  /** The role in the source account by which the drill reads the live tables. */
  readonly drillReader: string;
  readonly drillReaderRoleArn: string;
  /** The topics that hear of alarms: one in each place. */
  readonly alarmTopic: string;
  readonly alarmTopicArns: Readonly<Record<AlarmPlace, string>>;
  readonly replicationFailureQueue: string;
  /** The capture function of a table; its role has the same name. */
  readonly capture: (table: string) => string;
  readonly tableArn: (table: string) => string;
  /** A rule that tells of tampering. */
  readonly tamperRule: (what: TamperRuleId) => string;
  readonly logGroup: (functionName: string) => string;
}

export function namesOf({ name, source, destination }: NamedDeployment): Names {
  const { name: partition } = partitionOf(source.region);
  const roleArn = ({ accountId, rolePath = '/' }: NamedAccount, role: string) =>
    `arn:${partition}:iam::${accountId}:role${rolePath}${role}`;
  const deployRoles = (account: NamedAccount) => ({
    plan: roleArn(account, `${name}-plan`),
    deploy: roleArn(account, `${name}-deploy`),
  });
  const replicationRole = `${name}-replication`;
  return {
    partition,
    sourceBucketArn: `arn:${partition}:s3:::${source.bucketName}`,
    destinationBucketArn: `arn:${partition}:s3:::${destination.bucketName}`,
    replicationRole,
    replicationRoleArn: roleArn(source, replicationRole),
    replicationRuleId: `${name}-to-destination`,
    operatorRole: `${name}-operator`,
    operatorRoleArn: roleArn(source, `${name}-operator`),
    batchReplicationRole: `${name}-batch-replication`,
    batchReplicationRoleArn: roleArn(source, `${name}-batch-replication`),
    restoreRole: `${name}-restore`,
    deployRoleArns: { source: deployRoles(source), destination: deployRoles(destination) },
    pipelineRoleArns: {
      plan: roleArn(destination, `${name}-pipeline-plan`),
      deploy: roleArn(destination, `${name}-pipeline-deploy`),
    },
    restoreRoleArn: roleArn(destination, `${name}-restore`),
    eraseRole: `${name}-erase`,
    eraseRoleArns: { source: roleArn(source, `${name}-erase`), destination: roleArn(destination, `${name}-erase`) },
    tableDefinition: `${name}-table-definition`,
    heartbeat: `${name}-heartbeat`,
    replicaAge: `${name}-replica-age`,
    lockRenewal: `${name}-lock-renewal`,
    compactor: `${name}-compactor`,
    compactorRule: (table) => boundedName([name, 'compactor', table]),
    drill: `${name}-drill`,
    drillRule: (table) => boundedName([name, 'drill', table]),
    drillRoleArn: roleArn(destination, `${name}-drill`),
    backfillWriter: `${name}-backfill-writer`,
    backfillWriterRoleArn: roleArn(source, `${name}-backfill-writer`),
    drillReader: `${name}-drill-reader`,
    drillReaderRoleArn: roleArn(source, `${name}-drill-reader`),
    alarmTopic: `${name}-alarms`,
    alarmTopicArns: {
      source: `arn:${partition}:sns:${source.region}:${source.accountId}:${name}-alarms`,
      replication: `arn:${partition}:sns:${destination.region}:${source.accountId}:${name}-alarms`,
      destination: `arn:${partition}:sns:${destination.region}:${destination.accountId}:${name}-alarms`,
    },
    replicationFailureQueue: `${name}-replication-failures`,
    capture: (table) => boundedName([name, 'capture', table]),
    tableArn: (table) => `arn:${partition}:dynamodb:${source.region}:${source.accountId}:table/${table}`,
    tamperRule: (what) => `${name}-tampering-${what}`,
    logGroup: (functionName) => `/aws/lambda/${functionName}`,
  };
}

/** Keys that encrypted objects of a side's bucket before. */
export function formerKeysOf(side: Side, { encryption, ...settings }: FormerKeys): readonly string[] {
  return encryption.formerKeyArns.filter((keyArn) => keyArn.split(':')[4] === settings[side].accountId);
}
type FormerKeys = Readonly<Record<Side, { readonly accountId: string }>> & {
  readonly encryption: { readonly formerKeyArns: readonly string[] };
};

/** What the object keys of each table start with. */
export function tablePrefixes({ prefix, tables }: { prefix: string; tables: readonly { name: string }[] }): string[] {
  return tables.map(({ name }) => tablePrefix({ prefix, tableName: name }));
}
