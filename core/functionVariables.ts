/** Environment variables of the functions: what deploys them, what runs in them and what checks them spell them here. */
export const VARIABLES = {
  bucketName: 'DCS_BUCKET',
  prefix: 'DCS_PREFIX',
  tableName: 'DCS_TABLE',
  partitionKey: 'DCS_PARTITION_KEY',
  sortKey: 'DCS_SORT_KEY',
  layout: 'DCS_LAYOUT',
  largeImageStorageClass: 'DCS_LARGE_IMAGE_STORAGE_CLASS',
  sampleItemCount: 'DCS_SAMPLE_ITEM_COUNT',
  sourceAccountId: 'DCS_SOURCE_ACCOUNT_ID',
  sourceRegion: 'DCS_SOURCE_REGION',
  lockMode: 'DCS_LOCK_MODE',
  retentionDays: 'DCS_RETENTION_DAYS',
  sourceBucketName: 'DCS_SOURCE_BUCKET',
  writerRoleArn: 'DCS_WRITER_ROLE_ARN',
  readerRoleArn: 'DCS_READER_ROLE_ARN',
  engineBucketName: 'DCS_ENGINE_BUCKET',
} as const;
