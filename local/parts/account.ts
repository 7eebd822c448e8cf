import { assumedCredentials, type AssumedCredentials } from '../aws/roleCredentials';
import type { CommandLine, Part } from './processes';
import { startMoto } from './servers';

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
  return accountOn(await startMoto(motoServer, `account ${accountId}`, callPort), accountId, region);
}

/** An account of a moto that has nothing in it yet. It is stopped when it has no such account. */
export async function accountOn(moto: Part, accountId: string, region: string): Promise<AccountServer> {
  try {
    // moto files things under the account whose role the credentials come from; the role need not exist.
    const role = `arn:aws:iam::${accountId}:role/local`;
    const credentials = await assumedCredentials({ endpoint: moto.endpoint, region }, role);
    return { ...moto, accountId, region, credentials };
  } catch (error) {
    await moto.stop();
    throw error;
  }
}
