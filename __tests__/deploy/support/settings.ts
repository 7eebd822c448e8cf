import type { Parts } from '../../../local/parts/startParts';

/** The two ways of deploying. Apart is deployed with customer-managed keys: the source then has to be told the destination's. */
export type Way = 'together' | 'apart';

/** What the settings say about the two accounts. */
export const SIDES = {
  source: { accountId: '111111111111', region: 'eu-central-1', bucketName: 'deployed-dcs-source' },
  destination: { accountId: '222222222222', region: 'eu-west-1', bucketName: 'deployed-dcs-destination' },
} as const;

export const CAPTURE = {
  memoryMb: 1024,
  timeoutSeconds: 30,
  batchSize: 40,
  batchingWindowSeconds: 1,
  parallelizationFactor: 3,
  maximumRetryAttempts: 7,
  maximumRecordAgeSeconds: 3600,
} as const;

export const TABLES = [
  { name: 'users', existing: false, partitionKey: { name: 'id', type: 'S' } },
  {
    name: 'orders',
    existing: false,
    partitionKey: { name: 'customerId', type: 'S' },
    sortKey: { name: 'orderedAt', type: 'N' },
    ttlAttribute: 'expiresAt',
  },
] as const;

export const RETENTION_DAYS = 90;

/** A settings file for an emulator in the place of AWS. */
export function settingsFor(way: Way, { source, destination }: Pick<Parts, 'source' | 'destination'>) {
  const side = (name: keyof typeof SIDES, endpoint: string) => ({
    ...SIDES[name],
    endpoint,
    assumeRole: { roleArn: `arn:aws:iam::${SIDES[name].accountId}:role/deploy`, externalId: 'test' },
  });
  const local = { type: 'local' };
  return {
    deployment: way === 'together' ? { way, backend: local } : { way, sourceBackend: local, destinationBackend: local },
    source: side('source', source.s3Endpoint),
    destination: {
      ...side('destination', destination.s3Endpoint),
      objectLock: { mode: 'COMPLIANCE', retentionDays: RETENTION_DAYS },
    },
    encryption: { type: way === 'apart' ? 'customer-managed' : 's3-managed' },
    capture: CAPTURE,
    alarms: { emails: ['on-call@example.com'] },
    // By one way: what it deploys is the same by both.
    engine: { enabled: way === 'together' },
    tables: TABLES,
  };
}
