import type { Part } from './processes';
import { startS3Gateway, type S3Gateway } from './s3Gateway';
import { startAccount, type AccountServer } from './account';
import { startDynamoDbLocal, type DynamoDbPart } from './servers';
import type { Tools } from './tools';

/** An account's S3, and the gateway through which its clients reach it. */
export interface PartsAccount extends Omit<AccountServer, 'endpoint' | 'died'> {
  /** The gateway's. */
  readonly endpoint: string;
  /** S3 itself, past the gateway: nothing goes wrong there, and nothing is noticed. */
  readonly s3Endpoint: string;
  readonly gateway: S3Gateway;
}

export interface Parts {
  readonly dynamoDb: DynamoDbPart;
  readonly source: PartsAccount;
  readonly destination: PartsAccount;
  /** Never resolves; rejects when a part ends without having been stopped. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

export interface PartsOptions {
  readonly sourceAccountId: string;
  readonly sourceRegion: string;
  readonly destinationAccountId: string;
  readonly destinationRegion: string;
  /** Where the destination's Step Functions calls Lambda and S3. */
  readonly destinationCallPort?: number;
}

/** Where servers come from. */
export interface ServerStarts {
  dynamoDb(): Promise<DynamoDbPart>;
  account(accountId: string, region: string, callPort?: number): Promise<AccountServer>;
}

/** Starts DynamoDB Local and the S3 of both accounts. */
export function startParts(tools: Tools, options: PartsOptions): Promise<Parts> {
  const servers: ServerStarts = {
    dynamoDb: () => startDynamoDbLocal(tools.java),
    account: (...account) => startAccount(tools.motoServer, ...account),
  };
  return startPartsOn(servers, options);
}

/** Starts all parts at the same time. When one fails, the others are stopped. */
export async function startPartsOn(servers: ServerStarts, options: PartsOptions): Promise<Parts> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.all(stops.map((each) => each()));
  };
  const started = async <P extends Part | S3Gateway>(starting: Promise<P>): Promise<P> => {
    const part = await starting;
    stops.push(() => part.stop());
    return part;
  };
  const startPartsAccount = async (accountId: string, region: string, callPort?: number) => {
    const server = await started(servers.account(accountId, region, callPort));
    return { server, gateway: await started(startS3Gateway(server.endpoint)) };
  };

  const starting = [
    started(servers.dynamoDb()),
    startPartsAccount(options.sourceAccountId, options.sourceRegion),
    startPartsAccount(options.destinationAccountId, options.destinationRegion, options.destinationCallPort),
  ] as const;
  try {
    const [dynamoDb, source, destination] = await Promise.all(starting);
    const died = Promise.race([dynamoDb.died, source.server.died, destination.server.died]);
    died.catch(() => undefined); // told to whoever waits for it
    return { dynamoDb, source: accountOf(source), destination: accountOf(destination), died, stop };
  } catch (error) {
    await Promise.allSettled(starting); // what is still starting has to be there to be stopped
    await stop();
    throw error;
  }
}

function accountOf({ server, gateway }: { server: AccountServer; gateway: S3Gateway }): PartsAccount {
  const { accountId, region, credentials } = server;
  return {
    accountId,
    region,
    credentials,
    endpoint: gateway.endpoint,
    s3Endpoint: server.endpoint,
    gateway,
    async stop() {
      await gateway.stop();
      await server.stop();
    },
  };
}
