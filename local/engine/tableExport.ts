import { createHash, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { AwsSettings } from '../../aws/awsSettings';
import { s3FileStore } from '../../aws/fileStore';
import type { S3ClientSettings } from '../../aws/s3Client';
import { dynamoDbTable } from '../../aws/table';
import { dynamoDbScanner } from '../../aws/tableScan';
import type { AttributeMap } from '../../core/attributeValue';
import { realPause } from '../../operations/pace';
import { segmentPages } from '../../operations/segmentPages';
import { ImportRefusal } from './tableImport';

/*
 * What DynamoDB Local has not: ExportTableToPointInTime. It answers as the API reference says (ExportTableToPointInTime,
 * DescribeExport, ListExports), and leaves what the developer guide says of an export's output. It exports the table as it is now.
 */

interface ExportInput {
  readonly TableArn: string;
  readonly S3Bucket: string;
  readonly S3Prefix?: string;
  readonly S3BucketOwner?: string;
  readonly ExportFormat?: string;
  readonly ExportType?: string;
}

interface Description extends ExportInput {
  readonly ExportArn: string;
  readonly TableId?: string;
  /** Epoch seconds. */
  readonly ExportTime: number;
  ExportStatus: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  ExportManifest?: string;
  ItemCount?: number;
  FailureCode?: string;
  FailureMessage?: string;
}

export interface ExportPlaces {
  /** @param bucketAccountId where the bucket is another account's, who asks has to say so */
  readonly s3: (bucketAccountId: string | undefined) => S3ClientSettings;
  /** How a table is reached. */
  readonly tableSettings: (tableName: string) => AwsSettings;
  readonly hasPointInTimeRecovery: (tableName: string) => boolean;
}

const FILES = 2;

export class TableExportStandIn {
  private readonly exports = new Map<string, Description>();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly places: ExportPlaces) {}

  /** @returns the answer to a call, undefined where it is none of these. @throws ImportRefusal */
  async answer(operation: string, input: unknown): Promise<object | undefined> {
    if (operation === 'ExportTableToPointInTime') return { ExportDescription: await this.start(input as ExportInput) };
    if (operation === 'DescribeExport') {
      const { ExportArn } = input as { ExportArn: string };
      const found = this.exports.get(ExportArn);
      if (found) return { ExportDescription: found };
      throw new ImportRefusal('ExportNotFoundException', `Export not found: ${ExportArn}`);
    }
    if (operation !== 'ListExports') return undefined;
    const { TableArn } = input as { TableArn?: string };
    const found = [...this.exports.values()].filter((each) => TableArn === undefined || each.TableArn === TableArn);
    const summaryOf = ({ ExportArn, ExportStatus, ExportType }: Description) => ({
      ExportArn,
      ExportStatus,
      ExportType,
    });
    return { ExportSummaries: found.map(summaryOf) };
  }

  /** Whatever is being written is written to its end. */
  async stop(): Promise<void> {
    await Promise.all(this.running);
  }

  private async start(input: ExportInput): Promise<Description> {
    const tableName = input.TableArn.split(':table/').at(-1) ?? '';
    const { ExportFormat = 'DYNAMODB_JSON', ExportType = 'FULL_EXPORT' } = input;
    if (!this.places.hasPointInTimeRecovery(tableName)) {
      throw new ImportRefusal(
        'PointInTimeRecoveryUnavailableException',
        `Point in time recovery is not enabled for table '${tableName}'`,
      );
    }
    const described = await dynamoDbTable(tableName, this.places.tableSettings(tableName))
      .describe()
      .catch((error: unknown) => {
        if ((error as Error).name !== 'ResourceNotFoundException') throw error;
        throw new ImportRefusal('TableNotFoundException', `Table not found: ${tableName}`);
      });
    const nowMs = Date.now();
    const description: Description = {
      ...{ ...input, ExportFormat, ExportType, TableId: described.TableId, ExportTime: nowMs / 1_000 },
      ExportArn: `${input.TableArn}/export/0${nowMs}-${randomUUID().slice(0, 8)}`,
      ExportStatus: 'IN_PROGRESS',
    };
    this.exports.set(description.ExportArn, description);
    const written = this.write(description, tableName)
      .then((outcome) => Object.assign(description, outcome, { ExportStatus: 'COMPLETED' }))
      .catch((error: unknown) => {
        const failure = { FailureCode: (error as Error).name, FailureMessage: (error as Error).message };
        Object.assign(description, { ExportStatus: 'FAILED', ...failure });
      })
      .then(() => undefined);
    this.running.add(written);
    void written.then(() => this.running.delete(written));
    return { ...description };
  }

  private async write(of: Description, tableName: string): Promise<Partial<Description>> {
    const { S3Bucket: bucket, S3BucketOwner, S3Prefix = '', ExportArn, ExportTime } = of;
    const store = s3FileStore({ ...this.places.s3(S3BucketOwner), bucket });
    const folder = `${S3Prefix === '' ? '' : `${S3Prefix}/`}AWSDynamoDB/${ExportArn.split('/').at(-1) ?? ''}`;
    const items = await itemsOf(tableName, this.places.tableSettings(tableName));
    const lines: string[] = [];
    for (let file = 0; file < FILES; file++) {
      const ofFile = items.filter((_, i) => i % FILES === file);
      const bytes = gzipSync(ofFile.map((Item) => `${JSON.stringify({ Item })}\n`).join(''));
      const dataFileS3Key = `${folder}/data/${randomUUID()}.json.gz`;
      await store.write(dataFileS3Key, bytes, 'application/octet-stream');
      lines.push(`${JSON.stringify({ itemCount: ofFile.length, md5Checksum: md5(bytes), dataFileS3Key })}\n`);
    }
    const exportTime = new Date(ExportTime * 1_000).toISOString();
    const ofTable = { tableArn: of.TableArn, tableId: of.TableId };
    const ofExport = { outputFormat: of.ExportFormat, exportType: of.ExportType, exportTime };
    const manifests = {
      files: lines.join(''),
      summary: JSON.stringify({ ...ofTable, itemCount: items.length, ...ofExport }),
    };
    for (const [name, text] of Object.entries(manifests)) {
      await store.write(`${folder}/manifest-${name}.md5`, Buffer.from(md5(text)), 'text/plain');
      await store.write(`${folder}/manifest-${name}.json`, Buffer.from(text), 'application/json');
    }
    return { ExportManifest: `${folder}/manifest-summary.json`, ItemCount: items.length };
  }
}

const md5 = (bytes: Buffer | string) => createHash('md5').update(bytes).digest('base64');

async function itemsOf(tableName: string, settings: AwsSettings): Promise<AttributeMap[]> {
  const scanner = dynamoDbScanner(tableName, settings);
  const { signal } = new AbortController();
  const pages = segmentPages({
    read: (after) => scanner.page({ number: 0, of: 1 }, { after, signal }),
    ...{ signal, pause: realPause },
  });
  const items: AttributeMap[] = [];
  for await (const page of pages) items.push(...page.items);
  return items;
}
