import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isExecutable, lastWords, programsOnPath, type Search } from './programs';
import type { CommandLine } from './processes';

const run = promisify(execFile);
const VERSION = '5.2.1';
export const MOTO_REQUIREMENT = `moto[server]==${VERSION}`;
const BY_HAND = `Install it by hand: python3 -m pip install '${MOTO_REQUIREMENT}'`;
/** Its own path besides: what is on the PATH may be a script of pyenv's or asdf's that looks for it at every start. */
const ASK_VERSION =
  'import importlib.util as u, importlib.metadata as m, sys; assert u.find_spec("flask_cors"); print(m.version("moto")); print(sys.executable)';
/** Replaces what makes that one version slow, and makes it grow. */
const LAUNCHER = path.join(__dirname, 'moto_server.py');

interface Options {
  /** Where moto is installed when the machine has none. */
  readonly folder: string;
  /** Told what is being installed, and what runs more slowly than it could. */
  readonly say: (line: string) => void;
}

interface FoundMoto {
  readonly python: string;
  readonly version: string;
}

/**
 * The moto of python3, of moto_server on the PATH, or one of our own, which is installed when there is no other. Of
 * several the one whose faults are known comes first.
 */
export async function findMoto(environment: NodeJS.ProcessEnv, options: Options): Promise<Search<CommandLine>> {
  const [server] = await programsOnPath('moto_server', environment);
  const [python] = await programsOnPath('python3', environment);
  const own = pythonIn(options.folder);
  const candidates = [python, server && (await interpreterOf(server)), own].filter((each) => each !== undefined);
  const others: FoundMoto[] = [];
  for (const candidate of new Set(candidates)) {
    const moto = await motoOf(candidate);
    if (moto?.version === VERSION) return { found: [moto.python, LAUNCHER] };
    if (moto) others.push(moto);
  }
  const [other] = others;
  const asItIs: [string, CommandLine] | undefined = other
    ? [`moto ${other.version}`, [other.python, '-m', 'moto.server']]
    : server === undefined
      ? undefined
      : [server, [server]];
  if (asItIs) {
    options.say(`${asItIs[0]} runs as it is: slower than ${VERSION}, whose listings are mended here, and it grows`);
    return { found: asItIs[1] };
  }
  if (python !== undefined) return install(python, options);
  return {
    missing:
      `moto, which plays S3. Neither moto_server nor python3 is on the PATH. ` +
      `With Python the next start installs ${MOTO_REQUIREMENT} by itself`,
    needs: 'python',
  };
}

const pythonIn = (folder: string) => path.join(folder, 'bin/python3');

async function motoOf(candidate: string): Promise<FoundMoto | undefined> {
  return run(candidate, ['-c', ASK_VERSION]).then(
    ({ stdout }) => {
      const [version = '', python = candidate] = stdout.trim().split('\n');
      return { version, python };
    },
    () => undefined,
  );
}

/** The Python in the first line of the script that pip has made. */
async function interpreterOf(script: string): Promise<string | undefined> {
  const file = await open(script);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
    return /^#!(\S+\/python[\d.]*)\n/.exec(buffer.subarray(0, bytesRead).toString())?.[1];
  } finally {
    await file.close();
  }
}

async function install(python: string, { folder, say }: Options): Promise<Search<CommandLine>> {
  say(`Installing ${MOTO_REQUIREMENT} into ${folder} (once)`);
  // Made beside its place and moved there when whole: a start that is broken off, or another one that runs at the same
  // time, never leaves half an environment.
  const unfinished = `${folder}.${randomUUID()}`;
  const steps: CommandLine[] = [
    [python, '-m', 'venv', unfinished],
    [pythonIn(unfinished), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', MOTO_REQUIREMENT],
  ];
  try {
    for (const [program, ...args] of steps) {
      try {
        await run(program, args);
      } catch (error) {
        const tried = [program, ...args].join(' ');
        return {
          missing:
            `moto, which plays S3. It is not on this machine, and \`${tried}\` failed: ${lastWords(error)}. ` + BY_HAND,
          needs: 'python',
        };
      }
    }
    await moveInto(unfinished, folder);
    return { found: [pythonIn(folder), LAUNCHER] };
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function moveInto(unfinished: string, folder: string): Promise<void> {
  try {
    await rename(unfinished, folder);
  } catch (error) {
    // Another start was first, and its environment is as good.
    if (!(await isExecutable(pythonIn(folder)))) throw error;
  }
}
