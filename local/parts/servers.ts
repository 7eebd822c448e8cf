import { assumedCredentials, type AssumedCredentials } from '../aws/roleCredentials';
import type { AwsSettings } from '../../aws/awsSettings';
import { dynamoDbLocalFolder } from './tools';
import { freePort } from './freePort';
import { startPart, type CommandLine, type Part } from './processes';

/**
 * AWS's DynamoDB Local, in memory. It has no option for the address it listens on: all of the machine's, not only the
 * loopback address. Every access key is a database of its own.
 */
export async function startDynamoDbLocal(java: string): Promise<Part> {
  const port = await freePort();
  return startPart({
    name: 'DynamoDB Local',
    command: [
      java,
      // It runs for seconds or minutes: more compilers and collectors cost what they never bring in.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-Djava.library.path=./DynamoDBLocal_lib',
      '-jar',
      'DynamoDBLocal.jar',
      '-port',
      String(port),
      '-inMemory',
      '-disableTelemetry',
    ],
    workingDirectory: dynamoDbLocalFolder(),
    environment: { DDB_LOCAL_TELEMETRY: '0' },
    endpoint: `http://127.0.0.1:${port}`,
  });
}

/**
 * How a table in a database of its own is reached. Tables with streams must not share one: in DynamoDB Local 1.25.1 the
 * second is 5 to 15 times slower, and gets slower still.
 */
export function databaseSettings({ endpoint }: Pick<Part, 'endpoint'>, databaseName: string): AwsSettings {
  // DynamoDB Local takes letters and digits only.
  const accessKeyId = Buffer.from(databaseName).toString('hex');
  return { endpoint, region: 'eu-central-1', credentials: { accessKeyId, secretAccessKey: 'local' } };
}

/** An AWS account and region, played by a moto server of its own. */
export interface AccountServer extends Part {
  readonly accountId: string;
  readonly region: string;
  readonly credentials: AssumedCredentials;
}

/** @param callPort where its Step Functions calls Lambda and S3 */
export async function startAccount(
  motoServer: CommandLine,
  accountId: string,
  region: string,
  callPort?: number,
): Promise<AccountServer> {
  const port = await freePort();
  const part = await startPart({
    name: `moto (account ${accountId})`,
    command: [...motoServer, '-H', '127.0.0.1', '-p', String(port)],
    ...(callPort !== undefined && { environment: { MOTO_PORT: String(callPort) } }),
    endpoint: `http://127.0.0.1:${port}`,
  });
  try {
    // moto files things under the account whose role the credentials come from; the role need not exist.
    const role = `arn:aws:iam::${accountId}:role/local`;
    const credentials = await assumedCredentials({ endpoint: part.endpoint, region }, role);
    return { ...part, accountId, region, credentials };
  } catch (error) {
    await part.stop();
    throw error;
  }
}
