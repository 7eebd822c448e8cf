import { dynamoDbBatchTable } from '../../aws/batchTable';
import { s3BytesStore } from '../../aws/bytesStore';
import { s3CurrentLister } from '../../aws/currentObjects';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3StatusReader } from '../../aws/replicationStatus';
import type { S3ClientSettings } from '../../aws/s3Client';
import type { AwsSettings } from '../../aws/awsSettings';
import { dynamoDbScanner, type TableScanner } from '../../aws/tableScan';
import { tableIdOf } from '../../core/formerTable';
import { CouldNotLookError } from '../../core/errors';
import type { KeyTypes, LocatedTable } from '../../settings/configuredTable';
import { tableCreatedAt } from '../formerTable';
import { s3ImageSource } from '../images/s3ImageSource';
import { hasJournal } from '../journal/hasJournal';
import { catalogOf } from '../journal/runs/catalog';
import { withActualKeys } from '../sameKeys';
import type { BucketListers } from './compareAll';
import type { Journals } from './compareJournals';
import type { Bucket } from './digestIndex';
import type { Places } from './recheck';

/** A table and its two buckets, ready to be looked at. */
export interface OpenedTable {
  readonly places: Places;
  readonly buckets: Readonly<Record<Bucket, BucketListers>>;
  readonly scanner: TableScanner;
  readonly keyTypes: KeyTypes;
  /** As DynamoDB counted within the last six hours; 0 for a table that it has not counted yet. */
  readonly itemCount: number;
  /** As the stored definition has it. */
  readonly tableId: string;
  /** Undefined where neither bucket has a journal of the table. */
  readonly journals?: Journals;
}

export interface OpenTableRequest extends Pick<Places, 'signal' | 'nowMs' | 'pause'> {
  readonly buckets: Readonly<Record<Bucket, S3ClientSettings & { bucket: string }>>;
  readonly table: LocatedTable;
  readonly dynamoDb: AwsSettings;
  /** For how many days the source bucket keeps the objects of a journal; null for ever. */
  readonly journalExpirationDays: number | null;
}

/**
 * @throws CouldNotLookError when there is no such table
 * @throws UsageError when the settings give it other keys
 */
export async function openTable(request: OpenTableRequest): Promise<OpenedTable> {
  const { dynamoDb, buckets, signal, nowMs, pause } = request;
  const { tableName } = request.table;
  const items = dynamoDbBatchTable(tableName, dynamoDb, { signal });
  const described = await items.describe();
  if (!described) throw new CouldNotLookError(`there is no table ${tableName} in the source account's region`);
  const table = withActualKeys(request.table, described);
  const source = s3ImageSource({ ...buckets.source, prefix: table.prefix });
  const createdAtMs = await tableCreatedAt(source, table, Infinity);
  const journals = await journalsOf(request);
  const sourceForgets = journals !== undefined && request.journalExpirationDays !== null;
  const places: Places = {
    ...{ table: { ...table, createdAtMs }, items, sourceForgets, signal, nowMs, pause },
    source,
    destination: s3ImageSource({ ...buckets.destination, prefix: table.prefix }),
    statusOf: s3StatusReader(buckets.source),
  };
  return {
    ...{
      places,
      journals,
      keyTypes: table.keyTypes,
      itemCount: described.ItemCount ?? 0,
      tableId: tableIdOf(described),
    },
    buckets: { source: listersOf(buckets.source), destination: listersOf(buckets.destination) },
    scanner: dynamoDbScanner(table.tableName, dynamoDb),
  };
}

async function journalsOf({
  buckets,
  table,
  signal,
  journalExpirationDays,
}: OpenTableRequest): Promise<Journals | undefined> {
  const readsOf = (bucket: Bucket) => ({
    lister: s3VersionLister(buckets[bucket]),
    bytes: s3BytesStore(buckets[bucket]),
  });
  const reads = { source: readsOf('source'), destination: readsOf('destination') };
  const has = (bucket: Bucket) => hasJournal(reads[bucket].lister, table, signal);
  if (!(await has('source')) && !(await has('destination'))) return undefined;
  return { reads, expirationDays: journalExpirationDays, catalog: () => catalogOf(reads.destination, table, signal) };
}

function listersOf(bucket: S3ClientSettings & { bucket: string }): BucketListers {
  return { versions: s3VersionLister(bucket), current: s3CurrentLister(bucket) };
}
