import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { lastWords, programsOnPath, type Search } from './programs';

const run = promisify(execFile);
const LEAST_VERSION = 17;

/** The Java of JAVA_HOME, or the first on the PATH that is new enough. */
export async function findJava(environment: NodeJS.ProcessEnv): Promise<Search<string>> {
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
  return {
    missing:
      `Java ${LEAST_VERSION} or later, for DynamoDB Local. ${seen}. ` +
      `Debian, Ubuntu: apt-get install openjdk-${LEAST_VERSION}-jre-headless`,
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
