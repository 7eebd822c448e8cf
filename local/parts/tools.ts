import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { DcsError } from '../../core/errors';

const run = promisify(execFile);
const PROJECT = path.resolve(__dirname, '../..');
const MOTO_REQUIREMENT = 'moto[server]==5.2.1';
const MOTO_FOLDER = path.join(PROJECT, 'node_modules/.cache/dcs/moto');
const JAVA_VERSION = 17;

/** Programs that the local run needs and that npm cannot bring. */
export interface Tools {
  readonly java: string;
  readonly motoServer: string;
}

/** The programs cannot be found, and not be installed. The message says what to install. */
export class MissingToolsError extends DcsError {}

/**
 * Finds Java and moto. Installs moto into a folder of the project when it is not there.
 *
 * @param say told what is being installed
 * @throws MissingToolsError that names everything that is missing
 */
export async function findTools(environment: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Tools> {
  const [java, moto] = await Promise.all([findJava(environment), findMoto(environment, say)]);
  const missing = [java, moto].flatMap((found) => ('missing' in found ? [found.missing] : []));
  if (missing.length > 0)
    throw new MissingToolsError(`The local run needs:\n${missing.map((line) => `  - ${line}`).join('\n')}`);
  return { java: (java as Found).path, motoServer: (moto as Found).path };
}

interface Found {
  readonly path: string;
}
interface Missing {
  readonly missing: string;
}

async function findJava({ JAVA_HOME, PATH = '' }: NodeJS.ProcessEnv): Promise<Found | Missing> {
  const install = `Debian, Ubuntu: apt-get install openjdk-${JAVA_VERSION}-jre-headless; others: any Java ${JAVA_VERSION} on the PATH or in JAVA_HOME`;
  const java =
    JAVA_HOME === undefined || JAVA_HOME === '' ? await onPath('java', PATH) : path.join(JAVA_HOME, 'bin/java');
  if (java === undefined)
    return { missing: `Java ${JAVA_VERSION} or later, for DynamoDB Local. None was found. ${install}` };
  try {
    const { stderr } = await run(java, ['-version']);
    const version = /version "(\d+)/.exec(stderr)?.[1] ?? 'an unknown version';
    if (Number(version) >= JAVA_VERSION) return { path: java };
    return { missing: `Java ${JAVA_VERSION} or later, for DynamoDB Local. ${java} is ${version}. ${install}` };
  } catch (error) {
    return {
      missing: `Java ${JAVA_VERSION} or later, for DynamoDB Local. ${java} does not run: ${firstLine(error)}. ${install}`,
    };
  }
}

async function findMoto({ PATH = '' }: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Found | Missing> {
  const installed = path.join(MOTO_FOLDER, 'bin/moto_server');
  const found = (await onPath('moto_server', PATH)) ?? ((await isExecutable(installed)) ? installed : undefined);
  if (found !== undefined) return { path: found };

  const python = await onPath('python3', PATH);
  const byHand = `python3 -m pip install '${MOTO_REQUIREMENT}', with moto_server on the PATH`;
  if (python === undefined)
    return {
      missing: `moto's S3 server. Neither moto_server nor python3 was found. Install Python 3.9 or later, then: ${byHand}`,
    };
  try {
    say(`Installing ${MOTO_REQUIREMENT} into ${path.relative(PROJECT, MOTO_FOLDER)} (once)`);
    await run(python, ['-m', 'venv', MOTO_FOLDER]);
    await run(path.join(MOTO_FOLDER, 'bin/pip'), ['install', '--quiet', MOTO_REQUIREMENT]);
    return { path: installed };
  } catch (error) {
    return { missing: `moto's S3 server. Installing it failed: ${firstLine(error)}. Install it by hand: ${byHand}` };
  }
}

/** The jar of DynamoDB Local, which an npm package brings. It runs as a program of its own, unchanged. */
export function dynamoDbLocalFolder(): string {
  return path.join(path.dirname(require.resolve('amplify-dynamodb-simulator/package.json')), 'emulator');
}

async function onPath(name: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(path.delimiter).filter((entry) => entry !== '')) {
    const candidate = path.join(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function firstLine(error: unknown): string {
  const { stderr = '', message } = error as Error & { stderr?: string };
  return (stderr.trim() || message).split('\n').at(-1) ?? message;
}
