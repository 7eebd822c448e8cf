import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isExecutable, lastWords, programsOnPath, type Search } from './programs';

const run = promisify(execFile);
const LEAST_VERSION = 17;
/** Of what is fetched: the one that is kept up longest. */
const FETCHED_VERSION = 21;

/** Puts a Java into a folder of its own below the one that is given. */
export type FetchJava = (folder: string) => Promise<void>;

interface Options {
  /** Where Java is put when the machine has none that will do. */
  readonly folder: string;
  readonly fetchJava?: FetchJava;
  /** Told what is being fetched. */
  readonly say: (line: string) => void;
}

/** The Java of JAVA_HOME, the first on the PATH that is new enough, or one of our own, which is fetched when there is no other. */
export async function findJava(environment: NodeJS.ProcessEnv, options: Options): Promise<Search<string>> {
  const { JAVA_HOME = '' } = environment;
  const candidates = [
    ...(JAVA_HOME === '' ? [] : [path.join(JAVA_HOME, 'bin/java')]),
    ...(await programsOnPath('java', environment)),
  ];
  const reasons: string[] = [];
  for (const java of new Set(candidates)) {
    const reason = await whyNot(java);
    if (reason === undefined) return { found: java };
    reasons.push(reason);
  }
  const seen = reasons.length === 0 ? 'None is on the PATH or in JAVA_HOME' : reasons.join('; ');
  const own = (await javaBelow(options.folder)) ?? (await fetchOwn(options));
  if (typeof own === 'string') return { found: own };
  return {
    missing: `Java ${LEAST_VERSION} or later, for DynamoDB Local. ${seen}, and fetching one failed: ${own.message}`,
    needs: 'java',
  };
}

async function whyNot(java: string): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(java, ['-version']);
    const version = /version "((?:1\.)?(\d+)[^"]*)"/.exec(stderr + stdout);
    if (Number(version?.[2]) >= LEAST_VERSION) return undefined;
    return `${java} is version ${version?.[1] ?? 'unknown'}`;
  } catch (error) {
    return `${java} does not run (${lastWords(error)})`;
  }
}

async function fetchOwn({ folder, fetchJava = temurin, say }: Options): Promise<string | Error> {
  say(`Fetching Java ${FETCHED_VERSION} into ${folder} (once)`);
  // Made beside its place and moved there when whole, as moto's environment is.
  const unfinished = `${folder}.${randomUUID()}`;
  try {
    await mkdir(unfinished, { recursive: true });
    await fetchJava(unfinished);
    const java = await javaBelow(unfinished);
    if (java === undefined) return new Error('no program bin/java was in it');
    const reason = await whyNot(java);
    if (reason !== undefined) return new Error(reason.replaceAll(unfinished, folder));
    await rename(unfinished, folder).catch(() => undefined); // Another start was first, and its Java is as good.
    return (await javaBelow(folder)) ?? new Error(`${folder} is in the way`);
  } catch (error) {
    return error as Error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function temurin(folder: string): Promise<void> {
  const { install } = await import('njre');
  await install(FETCHED_VERSION, { type: 'jre', installPath: path.join(folder, 'download') });
}

/** Where an archive of Temurin has it: `jre/jdk-21.0.9+10-jre/bin/java`, on macOS below `Contents/Home`. */
async function javaBelow(folder: string): Promise<string | undefined> {
  const jre = path.join(folder, 'jre');
  for (const release of await readdir(jre).catch(() => [])) {
    for (const home of ['', 'Contents/Home']) {
      const java = path.join(jre, release, home, 'bin/java');
      if (await isExecutable(java)) return java;
    }
  }
  return undefined;
}
