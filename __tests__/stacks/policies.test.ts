import { acceptReplicas } from '../../stacks/policies/buckets';
import { encryptReplicas } from '../../stacks/policies/keys';
import { reencrypt, replicate } from '../../stacks/policies/replication';
import { trustReplication } from '../../stacks/policies/trust';
import { variants } from '../../stacks/variants';
import { statements, synthesize, type PlacedStatement } from './support/synth';

const sourceBucketArn = 'arn:aws:s3:::source';
const destinationBucketArn = 'arn:aws:s3:::destination';
const replicationRoleArn = 'arn:aws:iam::111111111111:role/dcs-replication';
const sender = { partition: 'aws', sourceAccountId: '111111111111', replicationRoleArn, destinationBucketArn };

const actionsOf = (list: readonly { Action: string | readonly string[] }[]) =>
  list.flatMap(({ Action }) => Action).sort();

describe('the replication role', () => {
  test('has exactly the actions that it needs, on exactly the two buckets', () => {
    const granted = replicate({ sourceBucketArn, destinationBucketArn });
    expect(granted.map(({ Action, Resource }) => [Resource, Action])).toEqual([
      [sourceBucketArn, ['s3:GetReplicationConfiguration', 's3:ListBucket']],
      [
        `${sourceBucketArn}/*`,
        ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
      ],
      [`${destinationBucketArn}/*`, 's3:ReplicateObject'],
    ]);
  });

  test('is assumed by S3 alone, by no condition that S3 may not send', () => {
    expect(trustReplication()).toEqual({
      Sid: 'S3AssumesRole',
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'sts:AssumeRole',
    });
  });

  test('uses each key through S3 of its region, for its bucket', () => {
    const key = (side: string, bucketArn: string, region: string) => ({ keyArn: `arn:key/${side}`, bucketArn, region });
    const granted = reencrypt(
      key('source', sourceBucketArn, 'eu-central-1'),
      key('destination', destinationBucketArn, 'eu-west-1'),
    );
    expect(granted.map(({ Action, Resource, Condition }) => ({ Action, Resource, Condition }))).toEqual([
      {
        Action: 'kms:Decrypt',
        Resource: 'arn:key/source',
        Condition: {
          StringEquals: {
            'kms:ViaService': 's3.eu-central-1.amazonaws.com',
            'kms:EncryptionContext:aws:s3:arn': sourceBucketArn,
          },
        },
      },
      {
        Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:Decrypt'],
        Resource: 'arn:key/destination',
        Condition: {
          StringEquals: {
            'kms:ViaService': 's3.eu-west-1.amazonaws.com',
            'kms:EncryptionContext:aws:s3:arn': destinationBucketArn,
          },
        },
      },
    ]);
  });
});

describe('the destination', () => {
  test('accepts replicas of the one role, and of S3-managed keys only such as name no key', () => {
    expect(acceptReplicas(sender)).toEqual({
      Sid: 'AcceptReplicas',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:root' },
      Action: 's3:ReplicateObject',
      Resource: `${destinationBucketArn}/*`,
      Condition: {
        ArnEquals: { 'aws:PrincipalArn': replicationRoleArn },
        Null: { 's3:x-amz-server-side-encryption-aws-kms-key-id': 'true' },
      },
    });
  });

  test('accepts replicas under its own key alone, where it has one', () => {
    expect(acceptReplicas({ ...sender, destinationKeyArn: 'arn:key' }).Condition).toEqual({
      ArnEquals: { 'aws:PrincipalArn': replicationRoleArn },
      StringEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': 'arn:key' },
    });
  });

  test('lends its key to the replication role for its own bucket alone', () => {
    expect(encryptReplicas({ ...sender, destinationRegion: 'eu-west-1' }).Condition).toEqual({
      ArnEquals: { 'aws:PrincipalArn': replicationRoleArn },
      StringEquals: {
        'kms:ViaService': 's3.eu-west-1.amazonaws.com',
        'kms:EncryptionContext:aws:s3:arn': destinationBucketArn,
      },
    });
  });
});

/** Each place where a policy says more than one thing at a time, and why it has to. */
const WILDCARDS: Record<string, string> = {
  RequireTls: 'a Deny: it takes rights away from everybody',
  RefuseReplicasOfSweeps: 'a Deny, as above',
  RefuseReplicasOfFolded: 'a Deny, as above, for every table',
  RefuseTagsOfJournals: 'a Deny, as above, for every table',
  RefuseDeletion: 'a Deny, as above; and of a key policy, where "*" is the key itself',
  AdministerInAccount:
    'a key policy: "*" is the key itself, and without the account a key can never be administered again',
  LookForMetrics: 'cloudwatch:GetMetricData and ListMetrics know no resource; they tell metrics and nothing else',
  FindLogsOfImports: 'logs:DescribeLogGroups is asked for before a log group is there; it tells names and nothing else',
  DeliverLogs:
    'AWS gives the delivery of logs by Step Functions no narrower resource; it adds to what is logged, and reads none of it',
  FindTrails: 'cloudtrail:DescribeTrails knows no resource; it tells names of trails and nothing else',
  LookAtTrails:
    'the trail of an organization is of an account that the settings do not know; it tells whether one logs, and what',
  LookAtMappingsAndMetrics:
    'lambda:ListEventSourceMappings and cloudwatch:ListMetrics know no resource; they tell names, and LookForMetrics says of the rest',
  StartBatchReplication:
    's3:CreateJob knows no resource; bound to jobs that replicate, with a role that is passed by name',
  LookAtBatchReplication:
    's3:ListJobs knows no resource; with s3:DescribeJob it tells what jobs of this account were asked to do, and how far they are; they change nothing',
  StartThaws:
    's3:CreateJob knows no resource; bound to jobs that ask versions back, with a role that is passed by name',
  FollowThaws:
    's3:ListJobs knows no resource, and a job has no name before it is there; they tell what jobs of this account were asked to do',
  FindExports: 'DynamoDB lists the exports of an account, of a table where one is named',
  FindImports: 'dynamodb:ListImports and logs:DescribeLogGroups know no resource; they tell names and nothing else',
  FindStream: 'dynamodb:ListStreams knows no resource; it tells names of streams and nothing else',
  FindScratchTables: 'dynamodb:ListTables knows no resource; it tells names of tables and nothing else',
  PublishMetrics: 'cloudwatch:PutMetricData knows no resource; bound to the namespace of our own metrics',
  EncryptReplicas: 'a key policy: "*" is the key itself; bound to one role, one bucket, S3',
  EncryptExports: 'a key policy: "*" is the key itself; bound to one role, one bucket, S3',
  EncryptNotificationsOfCloudWatch: 'a key policy: "*" is the key itself; bound to the account',
  EncryptNotificationsOfS3: 'a key policy: "*" is the key itself; bound to the account',
  EncryptNotificationsOfEventBridge: 'a key policy: "*" is the key itself; EventBridge sends no key that could bind it',
};

describe.each(Object.keys(variants))('every policy of %s', (name) => {
  // The roles that deploy change what is deployed: access/deploy.test.ts holds them to it.
  const all = Object.entries(synthesize(variants[name as keyof typeof variants]))
    .filter(([stackName]) => !stackName.includes('-bootstrap-'))
    .flatMap(([, stack]) => statements(stack));

  test('names its actions, resources and principals, but where a wildcard has its reason', () => {
    const wild = all.filter(hasWildcard).map(({ statement }) => statement.Sid);
    for (const sid of wild) expect(Object.keys(WILDCARDS)).toContain(sid);
  });

  test('has statements with ids of their own, for messages of AWS name them', () => {
    const seen = all.map(({ address, kind, statement }) => `${address} ${kind} ${statement.Sid}`);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('allows nobody to delete a version, suspend versioning, or change a lock, but for the function that renews locks and the roles that erase', () => {
    // An inventory is a list that S3 writes, and no setting of what is stored.
    const dangerous =
      /s3:(Delete|Replicate(Delete|Tags)|Put(?!(Object|InventoryConfiguration)$)|Bypass|ObjectOwner)|iam:|sts:(?!AssumeRole$)/;
    const renewing = all.filter(({ statement }) => statement.Sid === 'RenewLocks');
    for (const { address, statement } of renewing) {
      expect(address).toBe('aws_iam_role_policy.destination_lock-renewal_function_role-policy');
      expect(statement.Action).toBe('s3:PutObjectRetention');
    }
    const erasing = all.filter(({ statement }) => statement.Sid === 'EraseVersions');
    for (const { address, statement } of erasing) {
      expect(address).toMatch(/^aws_iam_role_policy\.(source|destination)_erase-role_policy$/);
      const bypasses = name === 'everything' && address.includes('.destination_');
      expect(statement.Action).toEqual([
        's3:DeleteObjectVersion',
        ...(bypasses ? ['s3:BypassGovernanceRetention'] : []),
      ]);
    }
    const tagging = all.filter(({ statement }) => statement.Sid.startsWith('TagWhatIs'));
    for (const { address, statement } of tagging) {
      expect(address).toBe('aws_iam_role_policy.destination_compactor_function_role-policy');
      expect(statement.Action).toEqual(['s3:PutObjectTagging', 's3:PutObjectVersionTagging']);
      expect(Object.keys(statement.Condition ?? {})).toEqual(['StringEquals', 'ForAllValues:StringEquals']);
      for (const arn of [statement.Resource].flat()) expect(arn).toMatch(/=dcs\/\*\/(journal|runs|base)\/\*$/);
    }
    // DynamoDB gives the owner of an export's bucket its files; the bucket is none of ours, or that of the engine.
    const exporting = all.filter(({ statement }) => statement.Sid.endsWith('Exports') && 'Resource' in statement);
    const written = exporting.filter(({ statement }) => actionsOf([statement]).includes('s3:PutObjectAcl'));
    for (const { address, statement } of written) {
      const isTaken = statement.Sid === 'TakeExports';
      expect(address).toBe(
        isTaken
          ? 'aws_s3_bucket_policy.destination_engine_bucket_policy'
          : 'aws_iam_role_policy.source_operator_role-policy',
      );
      expect(statement.Resource).toMatch(/^arn:aws[\w-]*:s3:::(example-exports|.*engine\/exports)\/\*$/);
      expect(statement.Condition).toEqual(
        isTaken
          ? {
              ArnEquals: {
                'aws:PrincipalArn': expect.stringMatching(
                  /^arn:aws[\w-]*:iam::111111111111:role\/.*-operator$/,
                ) as string,
              },
            }
          : undefined,
      );
    }
    const exempt = [...renewing, ...erasing, ...tagging, ...written];
    const passing = all.filter(({ statement }) => statement.Sid === 'PassBatchReplicationRole');
    for (const { address, statement } of passing) {
      expect(address).toBe('aws_iam_role_policy.source_operator_role-policy');
      expect(statement.Resource).toMatch(/-batch-replication$/);
      expect(statement.Condition).toEqual({
        StringEquals: { 'iam:PassedToService': 'batchoperations.s3.amazonaws.com' },
      });
    }
    const thawing = all.filter(({ statement }) => statement.Sid === 'PassThawRole');
    for (const { address, statement } of thawing) {
      expect(address).toMatch(/^aws_iam_(role_)?policy\.destination_restore-role_policy/);
      expect(statement.Resource).toMatch(/:role\/[\w-]*-engine-thaw$/);
      expect(statement.Condition).toEqual({
        StringEquals: { 'iam:PassedToService': 'batchoperations.s3.amazonaws.com' },
      });
    }
    const looks = ['LookAtThawRole', 'LookAtBackfillWriter', 'LookAtBatchReplicationRole'];
    const looking = all.filter(({ statement }) => looks.includes(statement.Sid));
    for (const { statement } of looking) {
      expect(statement.Action).toBe('iam:GetRole');
      expect(statement.Resource).toMatch(/:role\/.*-(engine-thaw|backfill-writer|batch-replication)$/);
    }
    const others = [...exempt, ...passing, ...thawing, ...looking];
    const allowed = all
      .filter((one) => one.statement.Effect === 'Allow' && !others.includes(one))
      .map(({ statement }) => statement);
    for (const action of actionsOf(allowed)) expect(action).not.toMatch(dangerous);
  });

  // Whether a GET of what is missing carries the prefix is documented nowhere: bound by it, S3 might say 403 where it would say 404.
  test('binds no listing to a prefix, for by the right to list S3 tells what is missing from what is forbidden', () => {
    const lists = all.filter(({ statement }) => [statement.Action].flat().includes('s3:ListBucket'));
    for (const { statement } of lists) expect(JSON.stringify(statement.Condition ?? {})).not.toContain('s3:prefix');
  });

  test('lets no service in but for this account', () => {
    const services = all.filter(
      ({ kind, statement }) => kind === 'resource' && JSON.stringify(statement.Principal ?? '').includes('Service'),
    );
    // EventBridge sends no such key when it publishes to a topic: `publishEvents` in stacks/policies says what follows.
    const unbound = ['PublishEvents', 'EncryptNotificationsOfEventBridge'];
    for (const { statement } of services.filter((one) => !unbound.includes(one.statement.Sid)))
      expect(JSON.stringify(statement.Condition)).toContain('aws:SourceAccount');
  });
});

test('nothing of the source account may do anything in the destination but replicate, and encrypt what it replicates', () => {
  for (const name of ['minimal', 'customer-managed', 'apart-customer-managed'] as const) {
    const there = Object.values(synthesize(variants[name]))
      .flatMap(statements)
      .filter(({ address, statement }) => address.includes('.destination_') && statement.Effect === 'Allow')
      .filter(({ statement }) => JSON.stringify(statement.Principal ?? '').includes('111111111111'));
    expect([...new Set(there.map(({ statement }) => statement.Sid))].sort()).toEqual(
      name === 'minimal' ? ['AcceptReplicas'] : ['AcceptReplicas', 'EncryptReplicas'],
    );
  }
});

test('a capture function writes to the source bucket of its own account, and reads its own stream', () => {
  const own = Object.values(synthesize(variants.tables))
    .flatMap(statements)
    .filter(({ address }) => address.includes('capture-orders_'));
  const allowed = Object.fromEntries(own.map(({ statement }) => [statement.Sid, statement.Resource]));
  expect(allowed).toMatchObject({
    ReadStream: 'arn:aws:dynamodb:eu-central-1:111111111111:table/orders/stream/*',
    WriteImagesAndPark: 'arn:aws:s3:::example-dcs-source/*',
    FindBucket: 'arn:aws:s3:::example-dcs-source',
  });
  const written = own.find(({ statement }) => statement.Sid === 'WriteImagesAndPark');
  expect(written?.statement.Condition).toEqual({ StringEquals: { 's3:ResourceAccount': '111111111111' } });
});

function hasWildcard({ statement }: PlacedStatement): boolean {
  const bare = [statement.Resource ?? [], statement.Principal === '*' ? '*' : []].flat().includes('*');
  return bare || [statement.Action].flat().some((action) => action.includes('*'));
}
