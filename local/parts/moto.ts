import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isExecutable, lastWords, programsOnPath, type Search } from './programs';
import type { CommandLine } from './processes';

const run = promisify(execFile);
export const MOTO_REQUIREMENT = 'moto[server]==5.2.1';
const BY_HAND = `Install it by hand: python3 -m pip install '${MOTO_REQUIREMENT}'`;
const ASK_PYTHON = 'import sys, importlib.util as u; sys.exit(not all(u.find_spec(m) for m in ("moto", "flask_cors")))';

interface Options {
  /** Where moto is installed when the machine has none. */
  readonly folder: string;
  /** Told what is being installed. */
  readonly say: (line: string) => void;
}

/** moto_server on the PATH, the moto of python3, or one of our own, which is installed when it is not there yet. */
export async function findMoto(environment: NodeJS.ProcessEnv, options: Options): Promise<Search<CommandLine>> {
  const [server] = await programsOnPath('moto_server', environment);
  if (server !== undefined) return { found: [server] };
  const [python] = await programsOnPath('python3', environment);
  if (python === undefined) {
    return {
      missing:
        `moto, which plays S3. Neither moto_server nor python3 is on the PATH. ` +
        `Debian, Ubuntu: apt-get install python3-venv; the next start then installs ${MOTO_REQUIREMENT}`,
    };
  }
  if (await hasMoto(python)) return { found: moduleOf(python) };
  const own = pythonIn(options.folder);
  if (await isExecutable(own)) return { found: moduleOf(own) };
  return install(python, options);
}

const moduleOf = (python: string): CommandLine => [python, '-m', 'moto.server'];
const pythonIn = (folder: string) => path.join(folder, 'bin/python3');

async function hasMoto(python: string): Promise<boolean> {
  return run(python, ['-c', ASK_PYTHON]).then(
    () => true,
    () => false,
  );
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
            `moto, which plays S3. It is not on this machine, and \`${tried}\` failed: ${lastWords(error)}. ` +
            `${BY_HAND} (Debian, Ubuntu: python3-venv or python3-pip may be missing)`,
        };
      }
    }
    await moveInto(unfinished, folder);
    return { found: moduleOf(pythonIn(folder)) };
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
