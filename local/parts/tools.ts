import { existsSync } from 'node:fs';
import path from 'node:path';
import { DcsError } from '../../core/errors';
import { findJava, type FetchJava } from './java';
import { findMoto } from './moto';
import type { CommandLine } from './processes';
import type { Need, Search } from './programs';
import { whatToInstall } from './requirements';

const CACHE = path.resolve(__dirname, '../../node_modules/.cache/dcs');

/** What the local run needs besides this project's own code. */
export interface Tools {
  readonly java: string;
  readonly motoServer: CommandLine;
}

/** Something cannot be found, and not be installed. The message says what to install. */
export class MissingToolsError extends DcsError {}

interface ToolOptions {
  /** A folder of the project for what the machine has not. */
  readonly cache?: string;
  readonly fetchJava?: FetchJava;
}

/**
 * Finds Java, DynamoDB Local and moto. What the machine has not is fetched into the project's own cache.
 *
 * @param say told what is being fetched
 * @throws MissingToolsError that names everything that is missing, not the first thing only, and what to install
 */
export async function findTools(
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
  { cache = CACHE, fetchJava }: ToolOptions = {},
): Promise<Tools> {
  const [java, motoServer] = await Promise.all([
    findJava(environment, { folder: path.join(cache, 'java'), say, fetchJava }),
    findMoto(environment, { folder: path.join(cache, 'moto'), say }),
  ]);
  const dynamoDbLocal = findDynamoDbLocal();
  if ('found' in java && 'found' in motoServer && 'found' in dynamoDbLocal) {
    return { java: java.found, motoServer: motoServer.found };
  }
  throw missingTools([java, dynamoDbLocal, motoServer]);
}

function missingTools(searches: readonly Search<unknown>[]): MissingToolsError {
  const missing = searches.filter((search) => 'missing' in search);
  const needs = missing.flatMap((search): Need[] => (search.needs === undefined ? [] : [search.needs]));
  return new MissingToolsError(
    [
      'the local run needs:',
      ...missing.map((search) => `  - ${search.missing}`),
      ...(needs.length === 0 ? [] : ['To install:', ...whatToInstall(needs).map((line) => `  ${line}`)]),
    ].join('\n'),
  );
}

/** The folder with DynamoDBLocal.jar, which an npm package brings. It runs as a program of its own, unchanged. */
export function dynamoDbLocalFolder(): string {
  return path.join(path.dirname(require.resolve('amplify-dynamodb-simulator/package.json')), 'emulator');
}

function findDynamoDbLocal(): Search<string> {
  try {
    const folder = dynamoDbLocalFolder();
    if (existsSync(path.join(folder, 'DynamoDBLocal.jar'))) return { found: folder };
  } catch {
    // as when the jar is not in it
  }
  return {
    missing: 'DynamoDB Local, of the development package amplify-dynamodb-simulator. Run npm ci, without --omit=dev',
  };
}
