import { existsSync } from 'node:fs';
import path from 'node:path';
import { DcsError } from '../../core/errors';
import { findJava } from './java';
import { findMoto } from './moto';
import type { CommandLine } from './processes';
import type { Search } from './programs';

const MOTO_FOLDER = path.resolve(__dirname, '../../node_modules/.cache/dcs/moto');

/** What the local run needs besides this project's own code. */
export interface Tools {
  readonly java: string;
  readonly motoServer: CommandLine;
}

/** Something cannot be found, and not be installed. The message says what to install. */
export class MissingToolsError extends DcsError {}

/**
 * Finds Java, DynamoDB Local and moto. Installs moto into a folder of the project when the machine has none.
 *
 * @param say told what is being installed
 * @throws MissingToolsError that names everything that is missing, not the first thing only
 */
export async function findTools(
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
  motoFolder = MOTO_FOLDER,
): Promise<Tools> {
  const [java, motoServer] = await Promise.all([
    findJava(environment),
    findMoto(environment, { folder: motoFolder, say }),
  ]);
  const missing = [java, findDynamoDbLocal(), motoServer].flatMap((search) =>
    'missing' in search ? [search.missing] : [],
  );
  if (!('found' in java) || !('found' in motoServer) || missing.length > 0)
    throw new MissingToolsError(`the local run needs:\n${missing.map((line) => `  - ${line}`).join('\n')}`);
  return { java: java.found, motoServer: motoServer.found };
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
