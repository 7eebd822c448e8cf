import { accountOn, startAccount, type AccountServer } from '../../../../local/parts/account';
import type { DynamoDbPart } from '../../../../local/parts/servers';
import { startDynamoDbLocal } from '../../../../local/parts/servers';
import { startParts, startPartsOn, type Parts, type PartsOptions } from '../../../../local/parts/startParts';
import { toolsOfTheRun } from '../../../support/toolsOfTheRun';
import { SERVERS } from './make';
import { resetMoto } from './resetMoto';
import type { GivenServer } from './serve';

/** Of a server that others use, too: who gives it back does not stop it, and only its own process sees it die. */
const died = new Promise<never>(() => undefined);

/** What this file has, and not given back. */
const taken = new Set<string>();

/** Gateways of the file's own, to servers that it shares. What dies or is stopped in a test is to be {@link ownParts}. */
export function sharedParts(options: PartsOptions): Promise<Parts> {
  return startPartsOn({ dynamoDb: sharedDynamoDb, account: sharedAccount }, options);
}

/** All parts from the start, for a test of their beginning or end. */
export async function ownParts(options: PartsOptions): Promise<Parts> {
  return startParts(await toolsOfTheRun(), options);
}

/**
 * Databases of the file's own in a DynamoDB Local of the run; outside of a run one of its own.
 *
 * @throws Error when the file has them already
 */
export async function sharedDynamoDb(): Promise<DynamoDbPart> {
  const share = await take('dynamodb', '');
  if (!share) return startDynamoDbLocal((await toolsOfTheRun()).java);
  const { giveBack, ...given } = share;
  const stop = () => {
    giveBack();
    return Promise.resolve();
  };
  return { ...given, died, stop };
}

/**
 * An account with nothing in it, on a moto that the next file of this worker gets, too; outside of a run on one of its own.
 *
 * @throws Error when the file has this account already: for the second, the first would be emptied
 */
export async function sharedAccount(accountId: string, region: string): Promise<AccountServer> {
  const share = await take('moto', accountId);
  if (!share) return startAccount((await toolsOfTheRun()).motoServer, accountId, region);
  const { endpoint, giveBack } = share;
  const stop = async () => {
    if (giveBack()) await resetMoto(endpoint);
  };
  return accountOn({ endpoint, died, stop }, accountId, region);
}

interface Share extends GivenServer {
  /** True the first time. */
  readonly giveBack: () => boolean;
}

/** @returns undefined outside of a run */
async function take(what: string, which: string): Promise<Share | undefined> {
  const servers = process.env[SERVERS];
  if (servers === undefined) return undefined;
  const server = `${what}/${process.env.JEST_WORKER_ID}/${which}`;
  if (taken.has(server)) throw new Error(`this file has ${server} already; start parts of its own`);
  taken.add(server);
  const answer = await fetch(`${servers}/${server}`, { method: 'POST' });
  if (!answer.ok) throw new Error(`no server ${server}: ${await answer.text()}`);
  let isGivenBack = false;
  const giveBack = () => {
    if (isGivenBack) return false;
    taken.delete(server);
    return (isGivenBack = true);
  };
  return { ...((await answer.json()) as GivenServer), giveBack };
}
