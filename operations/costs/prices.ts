/*
 * List prices in US dollars, without a free tier, a discount or tax. A price that is not here is not known: whatever needs
 * it answers so.
 */

/** When the oldest of these prices was looked up. */
export const PRICES_AS_OF = '2026-06-13';

export interface Price {
  /** Of what: `PUT, COPY, POST and LIST requests, STANDARD`. */
  readonly of: string;
  /** A price is for so many of `unit`. */
  readonly per: number;
  readonly unit: string;
  /** By Region. */
  readonly usd: Readonly<Record<string, number>>;
  /** Where it was found, and when. */
  readonly source: string;
}

const PRICE_LIST = 'AWS Price List, 2026-08-07';
const DYNAMODB_PRICE_LIST = 'AWS Price List, 2026-08-15';
const INFRACOST = 'price data of infracost, 2026-08-21';
const BACKUP = 'factualminds.com, AWS Backup pricing, 2026-06-13; as on-demand backups in the price data of infracost';
const TAGGING = 'cloudmaterials.com, S3 object tagging, 2026-11-27';
const DYNAMODB_PAGE = 'aws.amazon.com/dynamodb/pricing/on-demand, copy of 2026';

/** The same price in both Regions that the table knows. */
const both = (usd: number) => ({ 'us-east-1': usd, 'eu-west-1': usd });
const each = (virginia: number, ireland: number) => ({ 'us-east-1': virginia, 'eu-west-1': ireland });
const virginiaAlone = (usd: number) => ({ 'us-east-1': usd });
const perThousand = { per: 1_000, unit: 'request' };
const perMillion = { per: 1_000_000, unit: 'request' };
const gbMonth = { per: 1, unit: 'GB-month' };
const gb = { per: 1, unit: 'GB' };

const TABLE = {
  s3Put: { of: 'S3 PUT, COPY, POST, LIST, STANDARD', ...perThousand, usd: both(0.005), source: PRICE_LIST },
  s3Get: { of: 'S3 GET and HEAD, STANDARD', ...perThousand, usd: both(0.0004), source: PRICE_LIST },
  s3Storage: { of: 'S3 storage, STANDARD', ...gbMonth, usd: both(0.023), source: PRICE_LIST },
  s3Tag: {
    of: 'S3 object tag; tagging is a PUT request',
    ...{ per: 10_000, unit: 'tag-month', usd: both(0.01), source: TAGGING },
  },
  iaPut: { of: 'S3 PUT, STANDARD_IA', ...perThousand, usd: both(0.01), source: PRICE_LIST },
  iaGet: { of: 'S3 GET and HEAD, STANDARD_IA', ...perThousand, usd: both(0.001), source: INFRACOST },
  iaRetrieval: { of: 'retrieval from STANDARD_IA', ...gb, usd: both(0.01), source: INFRACOST },
  iaStorage: { of: 'S3 storage, STANDARD_IA', ...gbMonth, usd: both(0.0125), source: PRICE_LIST },
  instantMove: { of: 'lifecycle move to GLACIER_IR', ...perThousand, usd: both(0.02), source: PRICE_LIST },
  instantStorage: { of: 'S3 storage, GLACIER_IR', ...gbMonth, usd: both(0.004), source: PRICE_LIST },
  glacierMove: { of: 'lifecycle move to GLACIER', ...perThousand, usd: virginiaAlone(0.03), source: INFRACOST },
  glacierStorage: { of: 'S3 storage, GLACIER', ...gbMonth, usd: virginiaAlone(0.0036), source: INFRACOST },
  thawExpedited: { of: 'expedited restore request', ...perThousand, usd: virginiaAlone(10), source: INFRACOST },
  thawExpeditedGb: { of: 'expedited retrieval', ...gb, usd: virginiaAlone(0.03), source: INFRACOST },
  thawStandard: { of: 'standard restore request', ...perThousand, usd: virginiaAlone(0.03), source: INFRACOST },
  thawStandardGb: { of: 'standard retrieval', ...gb, usd: virginiaAlone(0.01), source: INFRACOST },
  batchJob: { of: 'S3 Batch Operations, jobs', per: 1, unit: 'job', usd: virginiaAlone(0.25), source: PRICE_LIST },
  batchObject: {
    of: 'S3 Batch Operations, objects',
    per: 1_000_000,
    unit: 'object',
    usd: virginiaAlone(1),
    source: PRICE_LIST,
  },
  notPriced: { of: 'a storage class that this table lacks', ...perThousand, usd: {}, source: 'not found' },
  transfer: { of: 'transfer between Regions', ...gb, usd: both(0.02), source: PRICE_LIST },
  timeControl: { of: 'S3 Replication Time Control', ...gb, usd: both(0.015), source: PRICE_LIST },
  writeUnit: {
    of: 'DynamoDB write request unit, on-demand',
    ...{ per: 1_000_000, unit: 'unit', usd: each(0.625, 0.705), source: DYNAMODB_PRICE_LIST },
  },
  readUnit: {
    of: 'DynamoDB read request unit, on-demand',
    ...{ per: 1_000_000, unit: 'unit', usd: each(0.125, 0.1415), source: DYNAMODB_PRICE_LIST },
  },
  tableStorage: { of: 'DynamoDB table', ...gbMonth, usd: each(0.25, 0.283), source: DYNAMODB_PRICE_LIST },
  pointInTime: { of: 'point-in-time recovery', ...gbMonth, usd: each(0.2, 0.22), source: DYNAMODB_PRICE_LIST },
  tableExport: { of: 'DynamoDB export to S3', ...gb, usd: virginiaAlone(0.1), source: DYNAMODB_PAGE },
  tableImport: {
    of: 'DynamoDB import from S3, of the uncompressed size; indexes are free',
    ...{ ...gb, usd: virginiaAlone(0.15), source: DYNAMODB_PAGE },
  },
  backupStorage: { of: 'AWS Backup of DynamoDB, warm', ...gbMonth, usd: virginiaAlone(0.1), source: BACKUP },
  lambdaTime: {
    of: 'Lambda, arm64',
    ...{ per: 1, unit: 'GB-second', usd: both(0.0000133334), source: INFRACOST },
  },
  lambdaRequest: { of: 'Lambda requests', ...perMillion, usd: both(0.2), source: INFRACOST },
  transition: {
    of: 'Step Functions state transitions',
    ...{ per: 1_000_000, unit: 'transition', usd: both(25), source: PRICE_LIST },
  },
} satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof TABLE;

/** Every price, with its source. */
export const PRICES: Readonly<Record<PriceName, Price>> = TABLE;

/** Regions that every figure of an answer can be known in. */
export const PRICED_REGIONS: readonly string[] = Object.keys(PRICES.s3Put.usd);

/** US dollars for one. NaN: not known in this Region. */
export function usdOfOne(name: PriceName, region: string): number {
  const { usd, per } = PRICES[name];
  return (Object.hasOwn(usd, region) ? (usd[region] ?? NaN) : NaN) / per;
}
