import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { s3BytesStore } from '../../aws/bytesStore';
import { s3CurrentLister } from '../../aws/currentObjects';
import type { AwsSettings } from '../../aws/awsSettings';
import type { S3ClientSettings } from '../../aws/s3Client';
import { dynamoDbTable, type Table } from '../../aws/table';
import type { AttributeMap } from '../../core/attributeValue';

/*
 * What DynamoDB Local has not: ImportTable. It answers as the API reference says (ImportTable, DescribeImport, ListImports) and
 * as the developer guide does of imports from S3: a new table alone, counts that stay 0 until the end, and of a file nothing
 * behind its first bad line.
 */

/** A refusal of DynamoDB's, by the name that it has there. */
export class ImportRefusal extends Error {
  constructor(
    override readonly name:
      | 'ExportNotFoundException'
      | 'ImportNotFoundException'
      | 'PointInTimeRecoveryUnavailableException'
      | 'ResourceInUseException'
      | 'TableNotFoundException'
      | 'ValidationException',
    message: string,
  ) {
    super(message);
  }
}

interface ImportInput {
  readonly ClientToken?: string;
  readonly S3BucketSource: { readonly S3Bucket: string; readonly S3KeyPrefix?: string };
  readonly InputFormat: string;
  readonly InputCompressionType?: string;
  readonly TableCreationParameters: Parameters<Table['create']>[0] & { readonly TableName: string };
}

interface Description {
  readonly ImportArn: string;
  readonly TableArn: string;
  readonly ClientToken?: string;
  ImportStatus: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  ErrorCount: number;
  ProcessedItemCount: number;
  ImportedItemCount: number;
  FailureCode?: string;
  FailureMessage?: string;
}

export interface ImportPlaces {
  readonly accountId: string;
  readonly region: string;
  readonly s3: S3ClientSettings;
  /** How a table is reached. */
  readonly tableSettings: (tableName: string) => AwsSettings;
}

export class TableImportStandIn {
  private readonly imports = new Map<string, Description>();
  private readonly filling = new Set<string>();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly places: ImportPlaces) {}

  /** Whether DescribeTable says CREATING of it. */
  isFilling(tableName: string | undefined): boolean {
    return tableName !== undefined && this.filling.has(tableName);
  }

  /** @returns the answer to a call, undefined where it is none of these. @throws ImportRefusal */
  async answer(operation: string, input: unknown): Promise<object | undefined> {
    if (operation === 'ImportTable') return { ImportTableDescription: await this.start(input as ImportInput) };
    if (operation === 'DescribeImport') {
      return { ImportTableDescription: this.described((input as { ImportArn: string }).ImportArn) };
    }
    if (operation !== 'ListImports') return undefined;
    const { TableArn } = input as { TableArn?: string };
    const found = [...this.imports.values()].filter((each) => TableArn === undefined || each.TableArn === TableArn);
    return { ImportSummaryList: found };
  }

  /** Whatever is being filled is filled to its end. */
  async stop(): Promise<void> {
    await Promise.all(this.running);
  }

  private described(importArn: string): Description {
    const found = this.imports.get(importArn);
    if (found) return found;
    throw new ImportRefusal('ImportNotFoundException', `Import not found: ${importArn}`);
  }

  private async start(input: ImportInput): Promise<Description> {
    const { ClientToken, InputFormat, InputCompressionType = 'NONE', TableCreationParameters } = input;
    const asked = [...this.imports.values()].find(
      (each) => ClientToken !== undefined && each.ClientToken === ClientToken,
    );
    if (asked) return asked;
    if (InputFormat !== 'DYNAMODB_JSON' || InputCompressionType !== 'GZIP') {
      const given = `${InputFormat} with ${InputCompressionType}`;
      throw new ImportRefusal('ValidationException', `the stand-in reads DYNAMODB_JSON with GZIP, not ${given}`);
    }
    const { TableName, ...creation } = TableCreationParameters;
    if ('LocalSecondaryIndexes' in creation) {
      throw new ImportRefusal('ValidationException', 'TableCreationParameters has no LocalSecondaryIndexes');
    }
    const table = dynamoDbTable(TableName, this.places.tableSettings(TableName));
    const isFilledAlready = this.filling.has(TableName);
    this.filling.add(TableName);
    try {
      await table.create(creation);
    } catch (error) {
      if (!isFilledAlready) this.filling.delete(TableName);
      if ((error as Error).name !== 'ResourceInUseException') throw error;
      throw new ImportRefusal('ResourceInUseException', `Table already exists: ${TableName}`);
    }
    return this.begun(input, table, TableName);
  }

  private begun({ ClientToken, S3BucketSource }: ImportInput, table: Table, tableName: string): Description {
    const { accountId, region } = this.places;
    const TableArn = `arn:aws:dynamodb:${region}:${accountId}:table/${tableName}`;
    const description: Description = {
      ...{ ImportArn: `${TableArn}/import/${randomUUID()}`, TableArn, ClientToken, ImportStatus: 'IN_PROGRESS' },
      ...{ ErrorCount: 0, ProcessedItemCount: 0, ImportedItemCount: 0 },
    };
    this.imports.set(description.ImportArn, description);
    const fill = this.fill(S3BucketSource, table)
      .then((counts) => Object.assign(description, counts))
      .catch((error: unknown) => {
        const failure = { FailureCode: (error as Error).name, FailureMessage: (error as Error).message };
        Object.assign(description, { ImportStatus: 'FAILED', ...failure });
      })
      .then(() => void this.filling.delete(tableName));
    this.running.add(fill);
    void fill.then(() => this.running.delete(fill));
    return description;
  }

  private async fill({ S3Bucket, S3KeyPrefix = '' }: ImportInput['S3BucketSource'], table: Table) {
    const counts = { ErrorCount: 0, ProcessedItemCount: 0, ImportedItemCount: 0 };
    const store = s3BytesStore({ ...this.places.s3, bucket: S3Bucket });
    for await (const objectKey of this.objectsIn(S3Bucket, S3KeyPrefix)) {
      const text = gunzipSync((await store.get(objectKey)).bytes).toString('utf8');
      for (const line of text.split('\n').filter((each) => each !== '')) {
        counts.ProcessedItemCount += 1;
        if (!(await isTaken(table, line))) {
          counts.ErrorCount += 1;
          break;
        }
        counts.ImportedItemCount += 1;
      }
    }
    if (counts.ErrorCount === 0) return { ...counts, ImportStatus: 'COMPLETED' as const };
    const FailureMessage =
      'Some of the items failed validation checks. Please check CloudWatch error logs for more details.';
    return { ...counts, ImportStatus: 'FAILED' as const, FailureCode: 'ItemValidationError', FailureMessage };
  }

  private async *objectsIn(bucket: string, prefix: string): AsyncGenerator<string> {
    const lister = s3CurrentLister({ ...this.places.s3, bucket });
    let after: { objectKey: string } | undefined;
    do {
      const page = await lister.page(prefix, { after });
      for (const { objectKey } of page.versions) yield objectKey;
      after = page.next;
    } while (after);
  }
}

async function isTaken(table: Table, line: string): Promise<boolean> {
  try {
    await table.put((JSON.parse(line) as { Item: AttributeMap }).Item);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError || (error as Error).name === 'ValidationException') return false;
    throw error;
  }
}
