import {
  DescribeExportCommand,
  DynamoDBClient,
  ExportNotFoundException,
  ExportTableToPointInTimeCommand,
  ListExportsCommand,
  PointInTimeRecoveryUnavailableException,
  type ExportDescription,
  type ListExportsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { RefusedError } from '../core/errors';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** How far DynamoDB is with an export of a table. */
export interface ExportState {
  readonly exportArn: string;
  readonly status: 'running' | 'completed' | 'failed';
  /** Of the table that it is of: one that was made again under the name has another. */
  readonly tableId?: string;
  readonly bucket: string;
  /** Below which DynamoDB makes the export's folder; empty where that is at the top of the bucket. */
  readonly prefix: string;
  /** With its manifests, without a slash at the end. */
  readonly folder: string;
  /** The moment whose state it holds, epoch milliseconds. */
  readonly exportTimeMs?: number;
  readonly isFullDynamoDbJson: boolean;
  /** Why it failed, in the words of DynamoDB. */
  readonly reason?: string;
}

/** DynamoDB's exports of one table to S3. */
export interface TableExports {
  /**
   * A full one in DynamoDB JSON, as the table is now.
   *
   * @param into the owner has to be said where it is another account
   * @throws RefusedError where point-in-time recovery is off
   */
  start(into: { bucket: string; prefix: string; bucketAccountId?: string }): Promise<ExportState>;
  /** Undefined where DynamoDB knows none of that ARN any more. */
  state(exportArn: string): Promise<ExportState | undefined>;
  /** ARNs of the full ones that DynamoDB still knows and that have not failed. */
  list(): Promise<readonly string[]>;
}

export function dynamoDbTableExports(TableArn: string, settings: AwsSettings, abortSignal?: AbortSignal): TableExports {
  const client = new DynamoDBClient(sdkClientConfig(settings, { attempts: 8 }));
  const stop = { abortSignal };
  return {
    async start({ bucket: S3Bucket, prefix, bucketAccountId: S3BucketOwner }) {
      const ofBucket = { S3Bucket, S3BucketOwner, ...(prefix !== '' && { S3Prefix: prefix }) };
      const ofExport = { ExportType: 'FULL_EXPORT', ExportFormat: 'DYNAMODB_JSON' } as const;
      try {
        const command = new ExportTableToPointInTimeCommand({ TableArn, ...ofBucket, ...ofExport });
        return stateOf((await client.send(command, stop)).ExportDescription);
      } catch (error) {
        if (!(error instanceof PointInTimeRecoveryUnavailableException)) throw error;
        throw new RefusedError(
          `DynamoDB exports only what has point-in-time recovery, which is off for ${TableArn}: switch it on (aws dynamodb update-continuous-backups), or leave --export out`,
          { cause: error },
        );
      }
    },
    async state(ExportArn) {
      try {
        return stateOf((await client.send(new DescribeExportCommand({ ExportArn }), stop)).ExportDescription);
      } catch (error) {
        if (error instanceof ExportNotFoundException) return undefined;
        throw error;
      }
    },
    async list() {
      const found: string[] = [];
      let NextToken: string | undefined;
      do {
        const page: ListExportsCommandOutput = await client.send(new ListExportsCommand({ TableArn, NextToken }), stop);
        for (const { ExportArn, ExportStatus, ExportType } of page.ExportSummaries ?? []) {
          // Of incremental ones there may be thousands.
          const isFull = (ExportType ?? 'FULL_EXPORT') === 'FULL_EXPORT';
          if (ExportArn !== undefined && ExportStatus !== 'FAILED' && isFull) found.push(ExportArn);
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return found;
    },
  };
}

/** Where its files are is not told before they are written: DynamoDB developer guide, "S3DataExport.Output", names the folder. */
function stateOf(found: ExportDescription = {}): ExportState {
  const { ExportArn: exportArn = '', ExportStatus, TableId: tableId, S3Bucket: bucket = '' } = found;
  const { S3Prefix = '', ExportManifest, ExportTime, ExportFormat, ExportType, FailureCode, FailureMessage } = found;
  const prefix = S3Prefix.replace(/\/+$/, '');
  const made = `${prefix === '' ? '' : `${prefix}/`}AWSDynamoDB/${exportArn.split('/').at(-1) ?? ''}`;
  const reason = [FailureCode, FailureMessage].filter((words) => words !== undefined).join(': ');
  return {
    ...{ exportArn, tableId, bucket, prefix, exportTimeMs: ExportTime?.getTime() },
    folder: ExportManifest?.replace(/\/[^/]*$/, '') ?? made,
    status: STATUS[ExportStatus ?? ''] ?? 'failed',
    isFullDynamoDbJson: ExportFormat === 'DYNAMODB_JSON' && (ExportType ?? 'FULL_EXPORT') === 'FULL_EXPORT',
    ...(reason !== '' && { reason }),
  };
}

const STATUS: Readonly<Record<string, ExportState['status']>> = { COMPLETED: 'completed', IN_PROGRESS: 'running' };
