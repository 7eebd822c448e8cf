import path from 'node:path';
import { ENGINE_WORKERS, type EngineWorker } from '../../settings/engineDefinition';
import { createStateMachine } from '../aws/stateMachines';
import { createVersionedBucket } from '../aws/versionedBucket';
import type { DeployedEngine } from '../deployment/synthesized';
import { LocalFunction } from '../function/localFunction';
import type { AccountServer } from '../parts/account';
import type { EngineGateway } from './gateway';

export interface LocalEngineOptions {
  readonly deployed: DeployedEngine;
  /** To which moto was told to send its calls. */
  readonly gateway: EngineGateway;
  /** Of the destination: S3 and Step Functions are reached at its endpoint. */
  readonly account: Pick<AccountServer, 'accountId' | 'region' | 'credentials' | 'endpoint'>;
  /** The DynamoDB of that account, which has to import. */
  readonly dynamoDbEndpoint: string;
  readonly bundlesFolder: string;
  readonly onLog?: (line: string) => void;
  /** Code in place of what was bundled. */
  readonly codePaths?: Readonly<Partial<Record<EngineWorker, string>>>;
}

/** Makes the engine's bucket, its functions and its state machine, as they are deployed. */
export async function startLocalEngine(options: LocalEngineOptions): Promise<{ stop(): Promise<void> }> {
  const { deployed, gateway, account } = options;
  const { region, endpoint, credentials } = account;
  await createVersionedBucket({ region, endpoint, credentials }, deployed.bucketName);
  const functions = ENGINE_WORKERS.map((worker) => {
    const deployedFunction = functionOf(worker, options);
    gateway.functions.set(deployed.workers[worker].functionName, deployedFunction);
    return deployedFunction;
  });
  const { name, definition } = deployed.stateMachine;
  const roleArn = `arn:aws:iam::${account.accountId}:role/${name}`;
  await createStateMachine({ region, endpoint, credentials }, { name, definition, roleArn });
  return {
    async stop() {
      await Promise.all(functions.map((each) => each.stop()));
    },
  };
}

function functionOf(worker: EngineWorker, options: LocalEngineOptions): LocalFunction {
  const { deployed, bundlesFolder, codePaths, onLog } = options;
  const settings = deployed.workers[worker];
  return new LocalFunction({
    ...settings,
    codePath: codePaths?.[worker] ?? path.join(bundlesFolder, `engine-${worker}/index.js`),
    environment: { ...settings.environment, ...engineEnvironment(options) },
    onLog,
  });
}

/** What reaches the account: for its functions, and for a command that starts them. */
export function engineEnvironment({
  account: { endpoint, region, credentials },
  dynamoDbEndpoint,
}: Pick<LocalEngineOptions, 'account' | 'dynamoDbEndpoint'>): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
}
