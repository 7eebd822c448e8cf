/*
 * Every kind of deployment, as settings files: the tests of the stacks hold each to the same promises, and
 * `npm run validate -- --variants` lets Terraform look at each. Nothing here is deployed.
 */

const users = { name: 'users', existing: false, partitionKey: { name: 'id', type: 'S' } };
const orders = {
  name: 'orders',
  existing: false,
  partitionKey: { name: 'customerId', type: 'S' },
  sortKey: { name: 'orderedAt', type: 'N' },
};
const local = { type: 'local' };

/** The fewest settings there can be where the table is created too; every other variant is this one with something changed. */
export const minimal = {
  deployment: { way: 'together', backend: local },
  source: { accountId: '111111111111', region: 'eu-central-1', bucketName: 'example-dcs-source' },
  destination: {
    accountId: '222222222222',
    region: 'eu-west-1',
    bucketName: 'example-dcs-destination',
    profile: 'destination',
  },
  tables: [users],
};

const customerManaged = { encryption: { type: 'customer-managed', keyDeletionWindowDays: 7 } };
const assumed = (side: 'source' | 'destination') => ({
  ...minimal[side],
  assumeRole: { roleArn: `arn:aws:iam::${minimal[side].accountId}:role/dcs-deploy`, externalId: 'dcs' },
});

/** Another partition, with everything that has ARNs or names of services in it. */
const inRegions = (source: string, destination: string) => ({
  ...minimal,
  ...customerManaged,
  engine: { enabled: true },
  tables: [users, { ...orders, layout: 'journal' }],
  source: { ...minimal.source, region: source },
  destination: { ...minimal.destination, region: destination },
});

/** By name: raw settings, as they would stand in a file. */
export const variants = {
  minimal,
  tables: {
    ...minimal,
    prefix: 'dcs/',
    tables: [
      {
        ...users,
        existing: true,
        kmsKeyArn: 'arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555',
      },
      { ...orders, ttlAttribute: 'expiresAt' },
      { ...orders, name: 'archive.orders_2018', existing: true },
    ],
  },
  journal: {
    ...minimal,
    prefix: 'dcs/',
    compactor: { memoryMb: 3_538, ephemeralStorageMb: 10_240 },
    tables: [
      { ...users, layout: 'journal' },
      { ...orders, layout: 'journal', batchSize: 5_000, batchingWindowSeconds: 60 },
      { ...orders, name: 'sessions' },
    ],
  },
  'journal-customer-managed': { ...minimal, ...customerManaged, tables: [{ ...users, layout: 'journal' }] },
  existing: { ...minimal, tables: [{ name: 'sessions' }, { name: 'archive.orders_2018' }] },
  'former-tables': { ...minimal, formerTables: ['orders', 'carts'] },
  'customer-managed': {
    ...minimal,
    ...customerManaged,
    tables: [users, orders],
    erase: { trustedPrincipalArns: ['arn:aws:iam::222222222222:role/privacy'] },
  },
  'customer-managed-before': {
    ...minimal,
    encryption: {
      type: 's3-managed',
      formerKeyArns: [
        'arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555',
        'arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555',
      ],
    },
  },
  'break-glass': {
    ...minimal,
    encryption: {
      type: 'customer-managed',
      breakGlassPrincipalArn: 'arn:aws:iam::222222222222:role/break-glass',
    },
  },
  apart: {
    ...minimal,
    deployment: { way: 'apart', sourceBackend: local, destinationBackend: local },
    tables: [users, orders],
  },
  'apart-customer-managed': {
    ...minimal,
    ...customerManaged,
    deployment: {
      way: 'apart',
      sourceBackend: { type: 's3', bucketName: 'example-state-source', region: 'eu-central-1' },
      destinationBackend: { type: 's3', bucketName: 'example-state-destination', region: 'eu-west-1' },
    },
  },
  's3-backend': {
    ...minimal,
    deployment: {
      way: 'together',
      backend: {
        type: 's3',
        bucketName: 'example-state',
        region: 'eu-west-1',
        keyPrefix: 'states/',
        roleArn: 'arn:aws:iam::333333333333:role/terraform-state',
      },
    },
    source: assumed('source'),
    destination: assumed('destination'),
  },
  'cloud-backend': {
    ...minimal,
    deployment: { way: 'together', backend: { type: 'cloud', organization: 'example', project: 'Data continuity' } },
  },
  'apart-cloud-backends': {
    ...minimal,
    deployment: {
      way: 'apart',
      sourceBackend: { type: 'cloud', organization: 'example' },
      destinationBackend: { type: 'cloud', organization: 'example', workspace: 'vault' },
    },
  },
  everything: {
    ...minimal,
    name: 'orders-prod',
    source: {
      ...assumed('source'),
      lifecycle: {
        noncurrentVersionExpirationDays: 30,
        noncurrentVersionTransitions: [],
        reportExpirationDays: null,
        tombstoneExpirationDays: null,
        abortIncompleteMultipartUploadDays: 1,
      },
    },
    destination: {
      ...assumed('destination'),
      objectLock: { mode: 'GOVERNANCE', retentionDays: 7 },
      lifecycle: {
        noncurrentVersionExpirationDays: null,
        currentVersionTransitions: [
          { afterDays: 30, storageClass: 'STANDARD_IA' },
          { afterDays: 60, storageClass: 'GLACIER_IR' },
          { afterDays: 180, storageClass: 'GLACIER' },
        ],
        transitionMinimumBytes: 131_072,
        reportExpirationDays: 30,
      },
    },
    replication: { timeControl: false },
    capture: {
      runtime: 'nodejs22.x',
      memoryMb: 1024,
      timeoutSeconds: 120,
      batchSize: 1000,
      batchingWindowSeconds: 5,
      parallelizationFactor: 10,
      maximumRetryAttempts: 10_000,
      maximumRecordAgeSeconds: 86_400,
      largeImageStorageClass: 'GLACIER_IR',
      logRetentionDays: 365,
    },
    tableDefinition: { scheduleExpression: 'cron(0 3 * * ? *)' },
    drill: { scheduleExpression: 'cron(30 4 * * ? *)', sampleItemCount: 100 },
    operator: { importBucketName: 'example-imports-source', exportBucketName: 'example-exports' },
    restore: {
      trustedPrincipalArns: ['arn:aws:iam::222222222222:role/on-call'],
      importBucketName: 'example-imports-destination',
    },
    erase: {
      trustedPrincipalArns: ['arn:aws:iam::222222222222:role/privacy'],
      bypassGovernanceRetention: true,
    },
    alarms: { emails: ['a@example.com', 'b@example.com'], captureLagSeconds: 60 },
    tags: { team: 'data' },
  },
  bootstrap: {
    ...minimal,
    bootstrap: { githubRepository: 'example/dcs' },
    deployment: { way: 'together', backend: { type: 's3', bucketName: 'example-state', region: 'eu-central-1' } },
    source: assumed('source'),
    destination: assumed('destination'),
  },
  'bootstrap-apart': {
    ...minimal,
    engine: { enabled: true },
    tables: [{ name: 'users' }, { name: 'orders', layout: 'journal' }],
    bootstrap: { trustedPrincipalArns: ['arn:aws:iam::111111111111:role/platform'] },
    deployment: {
      way: 'apart',
      sourceBackend: { type: 's3', bucketName: 'example-state-source', region: 'eu-central-1' },
      destinationBackend: { type: 'cloud', organization: 'example' },
    },
  },
  bounded: {
    ...minimal,
    erase: { trustedPrincipalArns: ['arn:aws:iam::222222222222:role/privacy'] },
    source: {
      ...minimal.source,
      rolePath: '/dcs/',
      permissionsBoundaryArn: 'arn:aws:iam::111111111111:policy/boundary',
    },
    destination: {
      ...minimal.destination,
      rolePath: '/vault/dcs/',
      permissionsBoundaryArn: 'arn:aws:iam::222222222222:policy/boundary',
    },
  },
  engine: {
    ...minimal,
    ...customerManaged,
    engine: { enabled: true, bucketName: 'example-dcs-engine', maxConcurrency: 200 },
  },
  paused: {
    ...minimal,
    replication: { enabled: false },
    drill: { enabled: false },
    destination: { ...minimal.destination, objectLock: { mode: 'OFF' } },
  },
  china: inRegions('cn-north-1', 'cn-northwest-1'),
  govcloud: inRegions('us-gov-west-1', 'us-gov-east-1'),
  isolated: inRegions('us-isob-east-1', 'us-isob-west-1'),
  emulated: {
    ...minimal,
    source: { ...minimal.source, endpoint: 'http://127.0.0.1:5000' },
    destination: { ...minimal.destination, endpoint: 'http://127.0.0.1:5000' },
  },
} as const satisfies Record<string, unknown>;

/**
 * Tables that fit neither into one policy of the drill's reader nor into one event of the schedule. Apart from the others, for
 * what is held to each resource of each variant would take minutes with it.
 */
export const manyTables = {
  ...minimal,
  tables: Array.from({ length: 60 }, (_, index) => ({ ...users, name: `${'a-long-name-'.repeat(20)}${index + 10}` })),
};
