import { keyArn, type Principal, type Request } from './evaluate';

/** The example's accounts: tables and source bucket in 111111111111, the copy in 222222222222. */
const SOURCE = '111111111111';
const DESTINATION = '222222222222';
const STRANGER = '333333333333';

const role = (accountId: string, name: string, rolePolicy: string): Principal => ({
  arn: `arn:aws:iam::${accountId}:role/${name}`,
  rolePolicy: `aws_iam_role_policy.${rolePolicy}`,
});

/** Everybody of whom the table tells, in the words of the page. */
export const PRINCIPALS = {
  'Replication role': role(SOURCE, 'dcs-replication', 'source_replication_role-policy'),
  'Capture function': role(SOURCE, 'dcs-capture-users', 'source_capture-users_function_role-policy'),
  'Table definition function': role(SOURCE, 'dcs-table-definition', 'source_table-definitions_function_role-policy'),
  'Administrator of the source account': { arn: `arn:aws:iam::${SOURCE}:user/administrator` },
  'Administrator of the destination account': { arn: `arn:aws:iam::${DESTINATION}:user/administrator` },
  'Administrator of another account': { arn: `arn:aws:iam::${STRANGER}:user/administrator` },
  'Heartbeat function': role(SOURCE, 'dcs-heartbeat', 'source_heartbeat_function_role-policy'),
  'Lock renewal function': role(DESTINATION, 'dcs-lock-renewal', 'destination_lock-renewal_function_role-policy'),
  'Compactor function': role(DESTINATION, 'dcs-compactor', 'destination_compactor_function_role-policy'),
  'Replica age function': role(DESTINATION, 'dcs-replica-age', 'destination_replica-age_function_role-policy'),
  'Drill function': role(DESTINATION, 'dcs-drill', 'destination_drill_function_role-policy'),
  'Drill reader (role in the source account)': role(SOURCE, 'dcs-drill-reader', 'source_drill-reader_policy'),
  'Operator in the source account': role(SOURCE, 'dcs-operator', 'source_operator_role-policy'),
  'S3 Batch Replication': role(SOURCE, 'dcs-batch-replication', 'source_operator_batch-replication-policy'),
  'Operator (restore role)': role(DESTINATION, 'dcs-restore', 'destination_restore-role_policy'),
  'Whoever erases (role in the source account)': role(SOURCE, 'dcs-erase', 'source_erase-role_policy'),
  'Whoever erases (role in the destination account)': role(DESTINATION, 'dcs-erase', 'destination_erase-role_policy'),
} satisfies Record<string, Principal>;

export interface Place extends Pick<Request, 'resourceArn' | 'resourceAccountId' | 'resourcePolicy'> {
  readonly name: string;
  /** Exists with customer-managed keys only. */
  readonly needsKeys?: true;
  readonly context?: Readonly<Record<string, string>>;
}

const inBucket = (
  side: 'source' | 'destination',
  key?: string,
): Pick<Place, 'resourceArn' | 'resourceAccountId' | 'resourcePolicy'> => {
  const region = side === 'source' ? 'eu-central-1' : 'eu-west-1';
  return {
    resourceArn: `arn:aws:s3:::example-dcs-${side}-${region}${key === undefined ? '' : `/${key}`}`,
    resourceAccountId: side === 'source' ? SOURCE : DESTINATION,
    resourcePolicy: `aws_s3_bucket_policy.${side}_bucket_policy`,
  };
};
/** For tests of other things that are in the buckets. */
export const PLACES = { inBucket };
const key = (side: 'source' | 'destination'): Place => ({
  name: `${side} key`,
  resourceArn: keyArn(side),
  resourceAccountId: side === 'source' ? SOURCE : DESTINATION,
  resourcePolicy: `aws_kms_key.${side}_key`,
  needsKeys: true,
  context: { 'kms:ViaService': `s3.${side === 'source' ? 'eu-central-1' : 'eu-west-1'}.amazonaws.com` },
});

const sourceBucket: Place = { name: 'source bucket', ...inBucket('source') };
const sourceImages: Place = { name: 'images in the source bucket', ...inBucket('source', 'users/a/image.json') };
const otherImages: Place = { name: "another table's images", ...inBucket('source', 'orders/a/1/image.json') };
const sourceDefinition: Place = { name: 'table.json in the source bucket', ...inBucket('source', 'users/table.json') };
const parkedBatches: Place = { name: 'parked batches', ...inBucket('source', 'aws/lambda/uuid/shard/batch') };
const destinationBucket: Place = { name: 'destination bucket', ...inBucket('destination') };
const copies: Place = { name: 'copies in the destination bucket', ...inBucket('destination', 'users/a/image.json') };
const copiesUnderForeignKey: Place = {
  ...copies,
  name: 'copies, under a key that is not the destination’s',
  context: { 's3:x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-west-1:333333333333:key/stranger' },
};
const reports: Place = {
  name: 'reports in the destination bucket',
  ...inBucket('destination', '=dcs/users/verify/2026-01-01T00:00:00.000Z.json'),
};
const heartbeat: Place = { name: 'heartbeat in the source bucket', ...inBucket('source', '=dcs/=heartbeat.json') };
const replicaOfHeartbeat: Place = {
  name: 'heartbeat in the destination bucket',
  ...inBucket('destination', '=dcs/=heartbeat.json'),
};
/** PutMetricData has no resource: a namespace is what it is bound to. */
const metricsIn = (namespace: string): Place => ({
  name: `metrics in the namespace ${namespace}`,
  resourceArn: '*',
  resourceAccountId: DESTINATION,
  context: { 'cloudwatch:namespace': namespace },
});
/** What S3 tells IAM of a lock that is to be set. */
const locked = (days: number, mode = 'COMPLIANCE') => ({
  's3:object-lock-remaining-retention-days': String(days),
  's3:object-lock-mode': mode,
});
const locksOfCopies: Place = { ...copies, name: 'locks of copies, for the retention', context: locked(30) };
const longLocks: Place = { ...copies, name: 'locks of copies, for longer than the retention', context: locked(60) };
const sweeps: Place = {
  name: 'what the sweeps of locks remember',
  ...inBucket('destination', '=dcs/=locks/sweeps.json'),
};
const journals: Place = {
  name: 'journals in the source bucket',
  ...inBucket('source', '=dcs/users/journal/2026/01/01/00/1-1-a.tsv.gz'),
};
const copiesOfJournals: Place = {
  name: 'journals in the destination bucket',
  ...inBucket('destination', '=dcs/users/journal/2026/01/01/00/1-1-a.tsv.gz'),
};
const runs: Place = { name: 'runs of a journal', ...inBucket('destination', '=dcs/users/runs/a/manifest.json') };
const retiredMark: Place = {
  name: 'the mark of a base that is out of use',
  ...inBucket('destination', '=dcs/users/base/a/retired'),
};
const bases: Place = { name: 'bases of a journal', ...inBucket('destination', '=dcs/users/base/a/manifest.json') };
/** What S3 tells IAM of the tags that are to be put. */
const tags = (place: Place, name: string, context: Readonly<Record<string, string>>): Place => ({
  ...place,
  name,
  context,
});
const coveredTag = { 's3:RequestObjectTag/dcs-covered': 'yes', 's3:RequestObjectTagKeys': 'dcs-covered' };
const supersededTag = { 's3:RequestObjectTag/dcs-superseded': 'yes', 's3:RequestObjectTagKeys': 'dcs-superseded' };
const otherTag = { 's3:RequestObjectTag/team': 'data', 's3:RequestObjectTagKeys': 'team' };
const TAG = ['s3:PutObjectTagging', 's3:PutObjectVersionTagging'];
const stream: Place = {
  name: 'stream of the table',
  resourceArn: `arn:aws:dynamodb:eu-central-1:${SOURCE}:table/users/stream/2026-01-01T00:00:00.000`,
  resourceAccountId: SOURCE,
};
const sourceTable: Place = {
  name: 'table',
  resourceArn: `arn:aws:dynamodb:eu-central-1:${SOURCE}:table/users`,
  resourceAccountId: SOURCE,
};
const restoredTable: Place = {
  name: 'tables of the destination account',
  resourceArn: `arn:aws:dynamodb:eu-west-1:${DESTINATION}:table/users`,
  resourceAccountId: DESTINATION,
};

const scratchTable: Place = {
  name: 'scratch tables of drills',
  resourceArn: `arn:aws:dynamodb:eu-west-1:${DESTINATION}:table/users-dcs-drill-20260101T000000000Z`,
  resourceAccountId: DESTINATION,
};
const otherTable: Place = {
  name: 'a table without a copy',
  resourceArn: `arn:aws:dynamodb:eu-central-1:${SOURCE}:table/passwords`,
  resourceAccountId: SOURCE,
};

const drillAlarms: Place = {
  name: 'alarms of the destination account',
  resourceArn: `arn:aws:cloudwatch:eu-west-1:${DESTINATION}:alarm:dcs-drill-failed`,
  resourceAccountId: DESTINATION,
};
const drillTopic: Place = {
  name: 'topic of its alarms',
  resourceArn: `arn:aws:sns:eu-west-1:${DESTINATION}:dcs-alarms`,
  resourceAccountId: DESTINATION,
};

const replicaAgeFunction: Place = {
  name: 'functions of the deployment',
  resourceArn: `arn:aws:lambda:eu-west-1:${DESTINATION}:function:dcs-replica-age`,
  resourceAccountId: DESTINATION,
};
const otherFunction: Place = {
  name: 'a function of somebody else',
  resourceArn: `arn:aws:lambda:eu-west-1:${DESTINATION}:function:billing`,
  resourceAccountId: DESTINATION,
};
const replicaAgeRule: Place = {
  name: 'rules of the deployment',
  resourceArn: `arn:aws:events:eu-west-1:${DESTINATION}:rule/dcs-replica-age`,
  resourceAccountId: DESTINATION,
};
const tamperRule: Place = {
  name: 'rules that tell of tampering',
  resourceArn: `arn:aws:events:eu-west-1:${DESTINATION}:rule/dcs-tampering-bucket`,
  resourceAccountId: DESTINATION,
};
const anyTrail: Place = { name: 'trails of its Region', resourceArn: '*', resourceAccountId: DESTINATION };
const organizationTrail: Place = {
  name: 'trail of the organization',
  resourceArn: 'arn:aws:cloudtrail:us-east-1:999999999999:trail/organization',
  resourceAccountId: DESTINATION,
};
const trail: Place = {
  name: 'trail of the destination account',
  resourceArn: `arn:aws:cloudtrail:eu-west-1:${DESTINATION}:trail/account`,
  resourceAccountId: DESTINATION,
};

export interface Row {
  readonly who: keyof typeof PRINCIPALS;
  readonly actions: readonly string[];
  readonly place: Place;
  readonly allowed: boolean;
  readonly why: string;
}

const allow = (who: Row['who'], actions: readonly string[], place: Place, why: string): Row => ({
  who,
  actions,
  place,
  allowed: true,
  why,
});
const deny = (who: Row['who'], actions: readonly string[], place: Place, why: string): Row => ({
  who,
  actions,
  place,
  allowed: false,
  why,
});

const DESTROY_OBJECTS = [
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:PutObject',
  's3:PutObjectRetention',
  's3:BypassGovernanceRetention',
];
const READ_OBJECTS = ['s3:GetObject', 's3:GetObjectVersion'];
const LIST = ['s3:ListBucket', 's3:ListBucketVersions'];
const RUIN_RULE = [
  'events:DisableRule',
  'events:PutRule',
  'events:PutTargets',
  'events:RemoveTargets',
  'events:DeleteRule',
];
const LOOK_AT_TRAIL = ['cloudtrail:GetTrailStatus', 'cloudtrail:GetEventSelectors'];
const CHANGE_BUCKET = [
  's3:PutBucketVersioning',
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
  's3:PutLifecycleConfiguration',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketOwnershipControls',
  's3:DeleteBucket',
];
const RUIN_KEY = ['kms:ScheduleKeyDeletion', 'kms:DisableKey', 'kms:PutKeyPolicy', 'kms:CreateGrant'];

/** What each principal may do, and may not. The test decides every line by the synthesized policies. */
export const ROWS: readonly Row[] = [
  allow('Replication role', ['s3:GetReplicationConfiguration', 's3:ListBucket'], sourceBucket, 'it looks up its rule'),
  allow(
    'Replication role',
    ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionTagging'],
    sourceImages,
    'it reads what it copies',
  ),
  deny(
    'Replication role',
    ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
    sourceImages,
    'it only reads there',
  ),
  allow(
    'Replication role',
    ['s3:ReplicateObject'],
    { ...copies, context: {} },
    'it adds versions, which is all it is for',
  ),
  deny('Replication role', ['s3:ReplicateDelete'], copies, 'delete markers are not copied'),
  deny(
    'Replication role',
    ['s3:ObjectOwnerOverrideToBucketOwner'],
    copies,
    'ownership is enforced by the destination bucket',
  ),
  deny(
    'Replication role',
    DESTROY_OBJECTS,
    copies,
    'a copy can be neither deleted nor changed from the source account',
  ),
  deny('Replication role', READ_OBJECTS, copies, 'the destination cannot be read from the source account'),
  deny('Replication role', LIST, destinationBucket, 'not even listed'),
  deny(
    'Replication role',
    CHANGE_BUCKET,
    destinationBucket,
    'versioning, policy, lock and lifecycle are the destination’s',
  ),
  deny(
    'Replication role',
    ['s3:ReplicateObject'],
    copiesUnderForeignKey,
    'a copy under a stranger’s key would be lost with that key',
  ),
  allow(
    'Replication role',
    ['kms:Encrypt', 'kms:GenerateDataKey'],
    key('destination'),
    'it encrypts copies, through S3',
  ),
  deny('Replication role', RUIN_KEY, key('destination'), 'the key is the destination’s'),

  deny(
    'Administrator of the destination account',
    ['kms:ScheduleKeyDeletion'],
    key('destination'),
    'the key policy refuses it to all but the principal that `encryption.breakGlassPrincipalArn` names',
  ),

  allow('Capture function', ['s3:PutObject'], sourceImages, 'it writes images of its table'),
  allow(
    'Capture function',
    ['s3:PutObject'],
    otherImages,
    'Lambda may refuse a mapping whose role cannot write to the whole bucket',
  ),
  deny(
    'Capture function',
    [...READ_OBJECTS, 's3:DeleteObject', 's3:DeleteObjectVersion'],
    sourceImages,
    'it only writes',
  ),
  allow('Capture function', ['s3:PutObject'], parkedBatches, 'Lambda parks failed batches with its role'),
  allow(
    'Capture function',
    ['dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:DescribeStream'],
    stream,
    'it reads the stream',
  ),
  deny(
    'Capture function',
    ['dynamodb:GetItem', 'dynamodb:Scan', 'dynamodb:PutItem', 'dynamodb:DeleteTable'],
    sourceTable,
    'it does not touch the table',
  ),
  deny(
    'Capture function',
    ['s3:ReplicateObject', 's3:PutObject', ...READ_OBJECTS],
    copies,
    'the other account is closed to it',
  ),
  allow('Capture function', ['kms:GenerateDataKey'], key('source'), 'it encrypts images, through S3'),

  allow(
    'Table definition function',
    ['dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource'],
    sourceTable,
    'it describes tables',
  ),
  allow('Table definition function', ['s3:GetObject', 's3:PutObject'], sourceDefinition, 'it keeps table.json'),
  deny('Table definition function', ['s3:PutObject', 's3:GetObject'], sourceImages, 'images are not its business'),
  deny(
    'Table definition function',
    ['dynamodb:GetItem', 'dynamodb:Scan', 'dynamodb:UpdateTable'],
    sourceTable,
    'it reads no item',
  ),

  allow('Heartbeat function', ['s3:PutObject'], heartbeat, 'it writes the heartbeat'),
  deny('Heartbeat function', ['s3:PutObject', ...READ_OBJECTS], sourceImages, 'images are not its business'),
  deny('Heartbeat function', ['s3:PutObject'], replicaOfHeartbeat, 'a heartbeat arrives by replication or not at all'),
  allow('Heartbeat function', ['kms:GenerateDataKey'], key('source'), 'it encrypts the heartbeat, through S3'),

  allow('Lock renewal function', LIST, destinationBucket, 'it looks at all that stays locked'),
  allow('Lock renewal function', ['s3:PutObjectRetention'], locksOfCopies, 'it makes locks longer'),
  deny('Lock renewal function', ['s3:PutObjectRetention'], longLocks, 'and never longer than the retention'),
  deny(
    'Lock renewal function',
    [
      's3:BypassGovernanceRetention',
      's3:DeleteObject',
      's3:DeleteObjectVersion',
      's3:PutObject',
      's3:PutObjectLegalHold',
    ],
    copies,
    'without a bypass S3 takes no shorter lock; it deletes and adds nothing',
  ),
  allow('Lock renewal function', ['s3:GetObject', 's3:PutObject'], sweeps, 'it keeps where it stands'),
  deny('Lock renewal function', CHANGE_BUCKET, destinationBucket, 'the settings of the bucket are not its business'),
  deny('Lock renewal function', RUIN_KEY, key('destination'), 'nor is the key'),
  deny(
    'Replication role',
    ['s3:ReplicateObject'],
    sweeps,
    'whoever could write it could keep locks from being renewed',
  ),
  deny('Operator (restore role)', ['s3:PutObject'], sweeps, 'as above'),
  allow('Capture function', ['s3:PutObject'], journals, 'a batch is one object of the journal'),
  allow('Replication role', ['s3:ReplicateObject'], { ...copiesOfJournals, context: {} }, 'a journal is copied'),
  deny(
    'Replication role',
    ['s3:ReplicateTags'],
    copiesOfJournals,
    'a tag says what may expire: the destination sets it',
  ),
  deny('Replication role', ['s3:ReplicateObject'], runs, 'what is folded is made in the destination account alone'),
  deny('Replication role', ['s3:ReplicateObject'], bases, 'as above'),
  deny(
    'Capture function',
    ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:PutObjectTagging'],
    journals,
    'it adds objects, no more',
  ),
  deny(
    'Administrator of the source account',
    ['s3:PutObjectTagging', 's3:PutObjectVersionTagging', 's3:ReplicateTags'],
    copiesOfJournals,
    'as above',
  ),
  allow(
    'Operator in the source account',
    ['s3:PutObject'],
    journals,
    'a backfill, a redrive and a repair add to the journal',
  ),
  allow('Operator (restore role)', ['s3:GetObject', 's3:GetObjectVersion'], copiesOfJournals, 'a restore reads it'),
  deny(
    'Operator (restore role)',
    ['s3:PutObject', 's3:PutObjectTagging'],
    copiesOfJournals,
    'nobody writes there by hand',
  ),
  deny('Operator (restore role)', ['s3:PutObject'], runs, 'as above'),
  allow(
    'Lock renewal function',
    ['s3:GetObjectRetention', 's3:GetObjectVersionTagging', 's3:PutObjectRetention'],
    { ...copiesOfJournals, context: locked(30) },
    'what is not covered stays locked',
  ),
  deny('Drill function', ['s3:PutObject'], sweeps, 'as above'),

  allow('Compactor function', ['s3:GetObject', 's3:GetObjectVersion'], copiesOfJournals, 'it folds journals'),
  allow('Compactor function', ['s3:GetObject', 's3:PutObject'], runs, 'into runs'),
  allow('Compactor function', ['s3:GetObject', 's3:PutObject'], bases, 'and into bases'),
  allow(
    'Compactor function',
    TAG,
    tags(copiesOfJournals, 'the tag "covered" of journals', coveredTag),
    'it tags what is in a run that it has read back',
  ),
  allow('Compactor function', TAG, tags(bases, 'the tag "covered" of bases', coveredTag), 'and bases but the newest'),
  deny(
    'Compactor function',
    TAG,
    tags(runs, 'the tag "covered" of runs', coveredTag),
    'no base takes the place of a run',
  ),
  allow('Compactor function', TAG, tags(runs, 'the tag "superseded" of runs', supersededTag), 'and in a larger run'),
  deny(
    'Compactor function',
    TAG,
    tags(copiesOfJournals, 'the tag "superseded" of journals', supersededTag),
    'no run takes the place of a journal sooner',
  ),
  deny('Compactor function', TAG, tags(runs, 'any other tag of runs', otherTag), 'the two tags are all it needs'),
  deny('Compactor function', [...DESTROY_OBJECTS, 's3:PutObject'], copiesOfJournals, 'it only adds, and not here'),
  deny(
    'Compactor function',
    ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:PutObjectRetention', 's3:BypassGovernanceRetention'],
    runs,
    'it deletes nothing, and changes no lock',
  ),
  deny('Compactor function', [...READ_OBJECTS, ...DESTROY_OBJECTS, ...TAG], copies, 'images are not its business'),
  deny('Compactor function', CHANGE_BUCKET, destinationBucket, 'nor are the settings of the bucket'),
  deny('Compactor function', RUIN_KEY, key('destination'), 'nor is the key'),
  allow('Compactor function', ['kms:Decrypt', 'kms:GenerateDataKey'], key('destination'), 'through S3'),
  allow('Compactor function', ['cloudwatch:PutMetricData'], metricsIn('DCS'), 'it says how far it has got'),
  deny('Compactor function', ['cloudwatch:PutMetricData'], metricsIn('AWS/Lambda'), 'no other metric'),

  allow('Replica age function', ['s3:GetObject'], replicaOfHeartbeat, 'it looks how old the replica is'),
  deny('Replica age function', DESTROY_OBJECTS, replicaOfHeartbeat, 'it changes nothing in the bucket'),
  deny('Replica age function', [...READ_OBJECTS, ...DESTROY_OBJECTS], copies, 'images are not its business'),
  deny('Replica age function', LIST, destinationBucket, 'one object is all it needs'),
  allow('Replica age function', ['kms:Decrypt'], key('destination'), 'it decrypts the heartbeat, through S3'),
  allow('Replica age function', ['cloudwatch:PutMetricData'], metricsIn('DCS'), 'it publishes the age'),
  deny('Replica age function', ['cloudwatch:PutMetricData'], metricsIn('AWS/Lambda'), 'no other metric'),

  allow(
    'Administrator of the source account',
    ['s3:DeleteObjectVersion', 's3:PutObject'],
    sourceImages,
    'their own bucket: this is why there is a second copy',
  ),
  allow('Administrator of the source account', ['s3:PutBucketVersioning'], sourceBucket, 'as above'),
  deny('Administrator of the source account', DESTROY_OBJECTS, copies, 'no permission of another account counts here'),
  deny('Administrator of the source account', READ_OBJECTS, copies, 'as above'),
  deny(
    'Administrator of the source account',
    ['s3:ReplicateObject', 's3:ReplicateDelete'],
    copies,
    'only the replication role is accepted',
  ),
  deny('Administrator of the source account', LIST, destinationBucket, 'as above'),
  deny('Administrator of the source account', CHANGE_BUCKET, destinationBucket, 'as above'),
  deny(
    'Administrator of the source account',
    [...RUIN_KEY, 'kms:Decrypt', 'kms:Encrypt'],
    key('destination'),
    'the key is the destination’s',
  ),
  deny('Administrator of the source account', ['dynamodb:PutItem', 'dynamodb:DeleteTable'], restoredTable, 'as above'),

  deny('Administrator of another account', [...READ_OBJECTS, 's3:PutObject'], sourceImages, 'a stranger'),
  deny(
    'Administrator of another account',
    [...READ_OBJECTS, ...DESTROY_OBJECTS, 's3:ReplicateObject'],
    copies,
    'a stranger',
  ),
  deny('Administrator of another account', [...LIST, ...CHANGE_BUCKET], destinationBucket, 'a stranger'),
  deny('Administrator of another account', ['kms:Decrypt', 'kms:Encrypt'], key('destination'), 'a stranger'),

  allow('Operator in the source account', LIST, sourceBucket, 'verify, backfill and redrive list versions'),
  allow('Operator in the source account', READ_OBJECTS, sourceImages, 'and read them'),
  allow('Operator in the source account', ['s3:PutObject'], sourceImages, 'backfill, redrive and repair add versions'),
  deny(
    'Operator in the source account',
    ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:ReplicateObject'],
    sourceImages,
    'nothing that is stored goes',
  ),
  allow(
    'Operator in the source account',
    ['dynamodb:Scan', 'dynamodb:BatchWriteItem', 'dynamodb:CreateTable', 'dynamodb:UpdateTable'],
    sourceTable,
    'a backfill scans; a restore to the source account fills, and makes tables',
  ),
  deny('Operator in the source account', ['dynamodb:DeleteTable'], sourceTable, 'no table is deleted'),
  allow('Operator in the source account', ['kms:Decrypt', 'kms:GenerateDataKey'], key('source'), 'through S3'),
  deny(
    'Operator in the source account',
    [...READ_OBJECTS, 's3:PutObject'],
    copies,
    'the other account is closed to it',
  ),
  deny('Operator in the source account', LIST, destinationBucket, 'as above'),
  allow('S3 Batch Replication', ['s3:InitiateReplication'], sourceImages, 'it has versions replicated'),
  allow('S3 Batch Replication', ['s3:PutInventoryConfiguration'], sourceBucket, 'S3 lists what is missing'),
  deny(
    'S3 Batch Replication',
    [...READ_OBJECTS, 's3:PutObject', 's3:DeleteObjectVersion'],
    sourceImages,
    'it reads none',
  ),
  allow('Operator (restore role)', LIST, destinationBucket, 'a restore lists versions'),
  allow(
    'Operator (restore role)',
    [...READ_OBJECTS, 's3:RestoreObject'],
    copies,
    'a restore reads them, and asks archived ones back',
  ),
  allow(
    'Operator (restore role)',
    [
      's3:GetBucketObjectLockConfiguration',
      's3:GetBucketOwnershipControls',
      's3:GetBucketPolicy',
      's3:GetBucketPublicAccessBlock',
      's3:GetBucketVersioning',
      's3:GetEncryptionConfiguration',
      's3:GetLifecycleConfiguration',
    ],
    destinationBucket,
    'a check looks at what guards the copy',
  ),
  allow('Operator (restore role)', ['kms:Decrypt'], key('destination'), 'a restore decrypts, through S3'),
  allow(
    'Operator (restore role)',
    ['dynamodb:CreateTable', 'dynamodb:BatchWriteItem', 'dynamodb:BatchGetItem', 'dynamodb:Scan'],
    restoredTable,
    'a restore fills a table, and compares it',
  ),
  allow('Operator (restore role)', ['s3:PutObject'], reports, 'verify and drill leave their reports there'),
  allow(
    'Operator (restore role)',
    ['kms:DescribeKey', 'kms:GetKeyRotationStatus'],
    key('destination'),
    'a check looks at the key',
  ),
  allow(
    'Operator (restore role)',
    ['cloudwatch:DescribeAlarms'],
    drillAlarms,
    'a check looks whether a drill has failed',
  ),
  allow('Operator (restore role)', ['sns:ListSubscriptionsByTopic'], drillTopic, 'and whether anybody would be told'),
  allow(
    'Operator (restore role)',
    ['lambda:GetFunctionConfiguration'],
    replicaAgeFunction,
    'and whether what runs by the clock is there',
  ),
  allow(
    'Operator (restore role)',
    ['events:DescribeRule', 'events:ListTargetsByRule'],
    replicaAgeRule,
    'and is started',
  ),
  deny(
    'Operator (restore role)',
    ['lambda:GetFunctionConfiguration'],
    otherFunction,
    'other functions are not its business',
  ),
  deny(
    'Operator (restore role)',
    [
      'lambda:UpdateFunctionCode',
      'lambda:UpdateFunctionConfiguration',
      'lambda:InvokeFunction',
      'lambda:DeleteFunction',
    ],
    replicaAgeFunction,
    'it changes none of that',
  ),
  deny('Operator (restore role)', RUIN_RULE, replicaAgeRule, 'as above'),
  allow(
    'Operator (restore role)',
    ['events:DescribeRule', 'events:ListTargetsByRule'],
    tamperRule,
    'a check looks whether anybody would hear of tampering',
  ),
  deny('Operator (restore role)', RUIN_RULE, tamperRule, 'it silences none of them'),
  allow('Operator (restore role)', ['cloudtrail:DescribeTrails'], anyTrail, 'and whether there is a trail'),
  allow('Operator (restore role)', LOOK_AT_TRAIL, trail, 'and it logs what changes something'),
  allow('Operator (restore role)', LOOK_AT_TRAIL, organizationTrail, 'which may be that of the organization'),
  deny(
    'Operator (restore role)',
    ['cloudtrail:StopLogging', 'cloudtrail:DeleteTrail', 'cloudtrail:UpdateTrail', 'cloudtrail:PutEventSelectors'],
    trail,
    'it stops none',
  ),
  deny(
    'Operator (restore role)',
    ['sns:Publish', 'sns:Unsubscribe', 'sns:DeleteTopic'],
    drillTopic,
    'it changes none of that',
  ),
  allow('Operator (restore role)', ['kms:GenerateDataKey'], key('destination'), 'reports are encrypted, through S3'),
  deny(
    'Operator (restore role)',
    DESTROY_OBJECTS.filter((action) => action !== 's3:PutObject'),
    reports,
    'a report that is written stays',
  ),
  deny('Operator (restore role)', DESTROY_OBJECTS, copies, 'whoever restores cannot destroy the copy'),
  deny('Operator (restore role)', CHANGE_BUCKET, destinationBucket, 'as above'),
  deny('Operator (restore role)', ['dynamodb:DeleteTable'], restoredTable, 'a restore deletes no table'),
  allow('Operator (restore role)', ['dynamodb:DeleteTable'], scratchTable, 'a drill removes the table that it made'),
  deny('Operator (restore role)', READ_OBJECTS, sourceImages, 'the source account is not needed'),
  deny('Operator (restore role)', RUIN_KEY, key('destination'), 'whoever restores cannot lose the key'),

  allow('Drill function', LIST, destinationBucket, 'a drill lists versions'),
  allow('Drill function', READ_OBJECTS, copies, 'and reads them'),
  allow('Drill function', ['kms:Decrypt'], key('destination'), 'and decrypts them, through S3'),
  allow('Drill function', ['s3:PutObject'], reports, 'it leaves its report'),
  allow('Drill function', ['kms:GenerateDataKey'], key('destination'), 'reports are encrypted, through S3'),
  allow(
    'Drill function',
    ['dynamodb:CreateTable', 'dynamodb:BatchWriteItem', 'dynamodb:Scan', 'dynamodb:DeleteTable'],
    scratchTable,
    'it makes, fills, reads and removes a table of its own',
  ),
  deny(
    'Drill function',
    ['dynamodb:CreateTable', 'dynamodb:BatchWriteItem', 'dynamodb:GetItem', 'dynamodb:Scan', 'dynamodb:DeleteTable'],
    restoredTable,
    'other tables are not its business',
  ),
  deny('Drill function', DESTROY_OBJECTS, copies, 'a drill cannot harm the copy'),
  deny(
    'Drill function',
    DESTROY_OBJECTS.filter((action) => action !== 's3:PutObject'),
    reports,
    'a report that is written stays',
  ),
  deny('Drill function', CHANGE_BUCKET, destinationBucket, 'as above'),
  deny('Drill function', RUIN_KEY, key('destination'), 'nor lose the key'),
  deny('Drill function', READ_OBJECTS, sourceImages, 'it reads the copy in the destination'),
  allow(
    'Drill reader (role in the source account)',
    ['dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:BatchGetItem'],
    sourceTable,
    'the drill function assumes it, to compare what it restored',
  ),
  deny(
    'Drill reader (role in the source account)',
    ['dynamodb:Scan', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
    sourceTable,
    'by key alone, and nothing is written',
  ),
  deny('Drill reader (role in the source account)', ['dynamodb:GetItem'], otherTable, 'only tables that have a copy'),
  deny('Drill reader (role in the source account)', READ_OBJECTS, sourceImages, 'the table is all it reads'),

  allow(
    'Whoever erases (role in the source account)',
    ['s3:GetObjectVersion', 's3:DeleteObjectVersion'],
    sourceImages,
    'it erases images, in the source bucket first',
  ),
  allow(
    'Whoever erases (role in the source account)',
    ['s3:GetObject', 's3:DeleteObjectVersion'],
    parkedBatches,
    'and batches with changes of the item that were applied',
  ),
  allow(
    'Whoever erases (role in the source account)',
    ['s3:GetObjectVersion', 's3:DeleteObjectVersion'],
    journals,
    'it looks who is in a journal, and deletes what runs have by then',
  ),
  deny(
    'Whoever erases (role in the source account)',
    ['s3:DeleteObject', 's3:PutObject', 's3:PutObjectRetention', 's3:BypassGovernanceRetention'],
    journals,
    'it adds nothing, and hides nothing',
  ),
  deny(
    'Whoever erases (role in the source account)',
    ['s3:DeleteObjectVersion', 's3:DeleteObject', 's3:PutObject'],
    sourceDefinition,
    'the definition of the table is of nobody',
  ),
  deny(
    'Whoever erases (role in the source account)',
    ['s3:PutObject', 's3:DeleteObject'],
    sourceImages,
    'it adds nothing, and hides nothing',
  ),
  allow(
    'Whoever erases (role in the source account)',
    ['dynamodb:BatchGetItem', 'dynamodb:DescribeTable'],
    sourceTable,
    'what is in the table is not erased',
  ),
  deny(
    'Whoever erases (role in the source account)',
    ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:Scan', 'dynamodb:DeleteTable'],
    sourceTable,
    'the table is not its business',
  ),
  deny('Whoever erases (role in the source account)', DESTROY_OBJECTS, copies, 'each account has a role of its own'),
  allow(
    'Whoever erases (role in the destination account)',
    ['s3:GetObjectVersion', 's3:GetObjectRetention', 's3:DeleteObjectVersion'],
    copies,
    'it erases copies that no lock keeps',
  ),
  allow(
    'Whoever erases (role in the destination account)',
    ['s3:DeleteObjectVersion'],
    reports,
    'and reports that name the item',
  ),
  ...[copiesOfJournals, runs, bases].flatMap((place) => [
    allow(
      'Whoever erases (role in the destination account)',
      ['s3:GetObjectVersion', 's3:GetObjectRetention', 's3:GetObjectVersionTagging', 's3:DeleteObjectVersion'],
      place,
      'it looks who is in it, and deletes what runs without them have',
    ),
    deny(
      'Whoever erases (role in the destination account)',
      ['s3:DeleteObject', 's3:PutObjectRetention', 's3:BypassGovernanceRetention', 's3:ReplicateObject'],
      place,
      'it hides nothing, and changes no lock',
    ),
  ]),
  allow(
    'Whoever erases (role in the destination account)',
    ['s3:GetObject', 's3:PutObject'],
    runs,
    'it makes these runs, and reads them back',
  ),
  allow(
    'Whoever erases (role in the destination account)',
    ['s3:PutObject'],
    retiredMark,
    'and puts bases that have them out of use',
  ),
  deny('Whoever erases (role in the destination account)', ['s3:PutObject'], bases, 'it makes none'),
  deny('Whoever erases (role in the destination account)', ['s3:PutObject'], copiesOfJournals, 'nor adds to a journal'),
  deny('Whoever erases (role in the destination account)', TAG, runs, 'what may expire is said by the compactor alone'),
  allow(
    'Whoever erases (role in the destination account)',
    ['kms:Decrypt', 'kms:GenerateDataKey'],
    key('destination'),
    'through S3',
  ),
  deny(
    'Whoever erases (role in the destination account)',
    ['s3:BypassGovernanceRetention'],
    copies,
    'unless `erase.bypassGovernanceRetention` says so',
  ),
  deny(
    'Whoever erases (role in the destination account)',
    ['s3:PutObject', 's3:DeleteObject', 's3:PutObjectRetention', 's3:ReplicateObject'],
    copies,
    'it adds nothing, and changes no lock',
  ),
  deny(
    'Whoever erases (role in the destination account)',
    ['s3:DeleteObjectVersion'],
    sweeps,
    'what the service keeps for itself is not its business',
  ),
  deny('Whoever erases (role in the destination account)', ['s3:DeleteObjectVersion'], replicaOfHeartbeat, 'as above'),
  deny('Whoever erases (role in the destination account)', CHANGE_BUCKET, destinationBucket, 'as above'),
  deny('Whoever erases (role in the destination account)', RUIN_KEY, key('destination'), 'as above'),
];

/** A request for each action of a row. */
export function requestsOf({ who, actions, place }: Row): Request[] {
  return actions.map((action) => ({ principal: PRINCIPALS[who], action, ...place }));
}
