import type { AwsSettings } from '../../aws/awsSettings';
import { dynamoDbLocalFolder } from './tools';
import { freePort } from './freePort';
import { startPart, type CommandLine, type Part } from './processes';

/** DynamoDB Local, or an owner's share of it. */
export interface DynamoDbPart extends Part {
  /** Letters and digits in front of the names of all databases of an owner who shares the server with others. */
  readonly databasePrefix?: string;
}

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
export function databaseSettings(
  { endpoint, databasePrefix = '' }: Pick<DynamoDbPart, 'endpoint' | 'databasePrefix'>,
  databaseName: string,
): AwsSettings {
  // DynamoDB Local takes letters and digits only.
  const accessKeyId = databasePrefix + Buffer.from(databaseName).toString('hex');
  return { endpoint, region: 'eu-central-1', credentials: { accessKeyId, secretAccessKey: 'local' } };
}

/**
 * The AWS accounts of one moto server: all there are, each with the buckets and the rest of its own.
 *
 * @param name for messages
 * @param callPort where its Step Functions calls Lambda and S3
 */
export async function startMoto(motoServer: CommandLine, name: string, callPort?: number): Promise<Part> {
  const port = await freePort();
  return startPart({
    name: `moto (${name})`,
    command: [...motoServer, '-H', '127.0.0.1', '-p', String(port)],
    ...(callPort !== undefined && { environment: { MOTO_PORT: String(callPort) } }),
    endpoint: `http://127.0.0.1:${port}`,
  });
}
