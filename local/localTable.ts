import path from 'node:path';
import { dynamoDbTableSettings } from '../aws/tableSettings';
import { s3TextStore } from '../aws/textStore';
import type { S3ClientSettings } from '../aws/s3Client';
import { dynamoDbStreamReader } from './aws/streamReader';
import type { AwsSettings } from '../aws/awsSettings';
import { dynamoDbTable, type Table } from '../aws/table';
import { DcsError } from '../core/errors';
import type { DeployedTable } from './deployment/synthesized';
import { LocalFunction } from './function/localFunction';
import type { S3Gateway } from './parts/s3Gateway';
import type { AccountServer } from './parts/account';
import { startPump, type Pump } from './pump/pump';

/** A table with everything that captures it. */
export interface LocalTable {
  readonly deployed: DeployedTable;
  readonly table: Table;
  readonly dynamoDb: AwsSettings;
  readonly captureFunction: LocalFunction;
  readonly pump: Pump;
  /** Ends pump and function. The table stays. */
  stop(): Promise<void>;
}

/** One account's bucket, as its clients reach it. */
export interface LocalBucket extends S3ClientSettings {
  readonly accountId: string;
  readonly bucket: string;
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: AccountServer['credentials'];
  readonly gateway: S3Gateway;
}

/** How captured tables run on this machine. */
export interface CaptureOptions {
  /** The folder that `npm run bundle` wrote the functions to. */
  readonly bundlesFolder: string;
  /** Told of each line that a function or the pump logs. */
  readonly onLog: (line: string) => void;
  /** Pause before the first retry of a failed batch; Lambda's is seconds. */
  readonly retryPauseMs?: number;
}

interface Options extends CaptureOptions {
  readonly deployed: DeployedTable;
  readonly dynamoDb: AwsSettings;
  readonly source: LocalBucket;
}

/** Makes the table, deploys its capture function, and connects the two by the pump. */
export async function startLocalTable({
  deployed,
  dynamoDb,
  source,
  bundlesFolder,
  onLog,
  retryPauseMs = 200,
}: Options): Promise<LocalTable> {
  const { tableName, createTable, timeToLiveAttributeName, captureFunction: settings, eventSourceMapping } = deployed;
  const table = dynamoDbTable(tableName, dynamoDb);
  const { LatestStreamArn: streamArn } = await table.create(createTable as Parameters<Table['create']>[0]);
  if (streamArn === undefined)
    throw new DcsError(`the table ${tableName} has no stream; enable it with NEW_AND_OLD_IMAGES`);
  if (timeToLiveAttributeName !== undefined)
    await dynamoDbTableSettings(tableName, dynamoDb).enableTimeToLive(timeToLiveAttributeName);

  const captureFunction = new LocalFunction({
    ...settings,
    codePath: path.join(bundlesFolder, 'capture/index.js'),
    environment: { ...settings.environment, ...awsEnvironment(source) },
    onLog,
  });
  const stream = dynamoDbStreamReader(streamArn, dynamoDb);
  const parked = s3TextStore(source);
  const pump = await startPump({
    stream,
    mapping: eventSourceMapping,
    functionTimeoutSeconds: settings.timeoutSeconds,
    invoke: (event) => captureFunction.invoke(event),
    park: (objectKey, body) => parked.write(objectKey, body),
    retryBackoff: { baseMilliseconds: retryPauseMs, maximumMilliseconds: 10 * retryPauseMs },
    onProblem: onLog,
  });
  return {
    deployed,
    table,
    dynamoDb,
    captureFunction,
    pump,
    async stop() {
      try {
        await pump.stop();
      } finally {
        await captureFunction.stop();
        stream.close();
      }
    },
  };
}

/** What Lambda puts into a function's environment, and the endpoint of this machine's S3. */
function awsEnvironment({ endpoint, region, credentials }: LocalBucket): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
}
