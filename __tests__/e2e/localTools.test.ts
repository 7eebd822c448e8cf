import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FetchJava } from '../../local/parts/java';
import { freePort } from '../../local/parts/freePort';
import { whatToInstall } from '../../local/parts/requirements';
import { findTools, MissingToolsError } from '../../local/parts/tools';

let folder: string;
let bin: string;
let cache: string;
let motoFolder: string;
let fetchJava: FetchJava;
let said: string[];
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'dcs-tools-'));
  bin = path.join(folder, 'bin');
  cache = path.join(folder, 'cache');
  motoFolder = path.join(cache, 'moto');
  fetchJava = () => Promise.reject(new Error('no network'));
  said = [];
  await mkdir(bin);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function program(file: string, script: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}
const java = (version: string, home = bin) =>
  program(path.join(home, 'java'), `echo 'openjdk version "${version}"' >&2`);

const PLAIN_TOOLS = path.dirname(execFileSync('/bin/sh', ['-c', 'command -v mkdir'], { encoding: 'utf8' }).trim());

const LAUNCHER = path.resolve(__dirname, '../../local/parts/moto_server.py');

/** A python3 whose venv has a python3 too, with moto 5.2.1. What it does with pip is up to the test. */
const python = (pip: string, motoVersion = '', file = path.join(bin, 'python3')) =>
  program(
    file,
    `PATH=${PLAIN_TOOLS}
    case "$1 $2" in
      "-c "*)
        if [ -e "$0.moto" ]; then echo 5.2.1; else ${motoVersion ? `echo ${motoVersion}` : 'exit 1'}; fi
        echo "$0" ;;
      "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python3" && touch "$3/bin/python3.moto" ;;
      "-m pip") ${pip} ;;
    esac`,
  );

const search = (environment: NodeJS.ProcessEnv = {}) =>
  findTools({ PATH: bin, ...environment }, (line) => said.push(line), { cache, fetchJava });
const missing = async (environment?: NodeJS.ProcessEnv) => {
  const error = await search(environment).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MissingToolsError);
  return (error as MissingToolsError).message;
};

test('all that is missing is named in one message, with what to install', async () => {
  expect(await missing()).toBe(
    [
      'the local run needs:',
      '  - Java 17 or later, for DynamoDB Local. None is on the PATH or in JAVA_HOME, and fetching one failed: no network',
      '  - moto, which plays S3. Neither moto_server nor python3 is on the PATH. With Python the next start installs moto[server]==5.2.1 by itself',
      'To install:',
      '  Debian, Ubuntu: apt-get install --no-install-recommends openjdk-17-jre-headless python3-venv',
      '  Fedora: dnf install java-21-openjdk-headless python3',
      '  macOS: brew install temurin@21 python@3.13',
      '  Windows: in WSL (wsl --install -d Debian), as on Debian; the local run is not made for Windows itself',
      '  Anywhere with containers: open this folder in its dev container (.devcontainer), which has everything',
    ].join('\n'),
  );
});

describe('Java', () => {
  beforeEach(() => program(path.join(bin, 'moto_server'), 'exit 0'));

  test.each(['17.0.15', '21', '25-ea'])('version %s will do', async (version) => {
    await expect(search()).rejects.toThrow();
    expect(await java(version).then(() => search())).toMatchObject({ java: path.join(bin, 'java') });
  });

  test.each(['1.8.0_402', '11.0.22', '16'])('version %s is named as too old', async (version) => {
    await java(version);
    expect(await missing()).toContain(`${path.join(bin, 'java')} is version ${version}, and`);
  });

  test('an old JAVA_HOME does not hide a newer one on the PATH', async () => {
    const old = path.join(folder, 'old');
    await java('11', path.join(old, 'bin'));
    await java('17');
    await expect(search({ JAVA_HOME: old })).resolves.toMatchObject({ java: path.join(bin, 'java') });
  });

  test('JAVA_HOME comes before the PATH', async () => {
    const home = path.join(folder, 'home');
    await java('21', path.join(home, 'bin'));
    await java('17');
    await expect(search({ JAVA_HOME: home })).resolves.toMatchObject({ java: path.join(home, 'bin/java') });
  });

  test('one that does not run is named, with what it says', async () => {
    await program(path.join(bin, 'java'), 'echo "libjvm.so: not found" >&2; exit 127');
    expect(await missing({ JAVA_HOME: '/no/such/home' })).toMatch(
      /\/no\/such\/home\/bin\/java does not run \(.*ENOENT.*\); .*\/java does not run \(libjvm\.so: not found\)/,
    );
  });

  describe('where the machine has none', () => {
    const fetched =
      (java: string, version = '21.0.9') =>
      async (into: string) => {
        await program(path.join(into, java), `echo 'openjdk version "${version}"' >&2`);
      };

    test.each(['jre/jdk-21.0.9+10-jre/bin/java', 'jre/jdk-21.0.9+10-jre/Contents/Home/bin/java'])(
      'it is fetched once, into a folder of its own, and said so: %s',
      async (java) => {
        fetchJava = fetched(java);
        const own = path.join(cache, 'java', java);
        await expect(search()).resolves.toMatchObject({ java: own });
        expect(said[0]).toBe(`Fetching Java 21 into ${path.join(cache, 'java')} (once)`);
        said = [];
        fetchJava = () => Promise.reject(new Error('it was there'));
        await expect(search()).resolves.toMatchObject({ java: own });
        expect(said.join()).not.toContain('Fetching');
      },
    );

    test('two starts at the same time do not disturb each other', async () => {
      fetchJava = fetched('jre/jdk/bin/java');
      const both = await Promise.all([search(), search()]);
      expect(both.map(({ java }) => java)).toEqual(Array(2).fill(path.join(cache, 'java/jre/jdk/bin/java')));
      expect(readdirSync(cache)).toEqual(['java']);
    });

    test('one that does not run here is not kept', async () => {
      fetchJava = async (into) => {
        await program(path.join(into, 'jre/jdk/bin/java'), 'echo "wrong architecture" >&2; exit 126');
      };
      expect(await missing()).toContain('fetching one failed: ');
      expect(await missing()).toContain('wrong architecture');
      expect(readdirSync(cache)).toEqual([]);
    });

    test('no network: what the installer says is told, with what to install', async () => {
      const [proxy, port] = [process.env.HTTPS_PROXY, await freePort()];
      process.env.HTTPS_PROXY = `http://127.0.0.1:${port}`;
      try {
        const message = await findTools({ PATH: bin }, () => undefined, { cache }).catch(String);
        expect(message).toMatch(new RegExp(`fetching one failed: .*ECONNREFUSED 127.0.0.1:${port}`));
        expect(message).toContain('dnf install java-21-openjdk-headless\n');
      } finally {
        if (proxy === undefined) delete process.env.HTTPS_PROXY;
        else process.env.HTTPS_PROXY = proxy;
      }
    });
  });
});

test('the dev container has what the message for Debian names, and the browser of the tests', async () => {
  const dockerfile = await readFile(path.resolve(__dirname, '../../.devcontainer/Dockerfile'), 'utf8');
  const [debian = ''] = whatToInstall(['java', 'python']);
  for (const name of [...debian.split(' ').slice(-2), 'chromium-headless-shell'])
    expect(dockerfile).toContain(` ${name} `);
});

describe('moto', () => {
  beforeEach(() => java('17'));

  test('the moto of python3 comes first, and runs without its faults', async () => {
    await program(path.join(bin, 'moto_server'), 'exit 0');
    const python3 = await python('exit 1', '5.2.1');
    await expect(search()).resolves.toMatchObject({ motoServer: [python3, LAUNCHER] });
    expect(said).toEqual([]);
  });

  test('what only looks for a Python is looked through once, not at every start', async () => {
    const real = await python('exit 1', '5.2.1', path.join(folder, 'versions/bin/python3'));
    await program(path.join(bin, 'python3'), `exec ${real} "$@"`);
    await expect(search()).resolves.toMatchObject({ motoServer: [real, LAUNCHER] });
  });

  test('then the Python that moto_server names in its first line', async () => {
    await python('exit 1');
    const other = await python('exit 1', '5.2.1', path.join(folder, 'tools/bin/python3.12'));
    await writeFile(path.join(bin, 'moto_server'), `#!${other}\nimport moto\n`, { mode: 0o755 });
    await expect(search()).resolves.toMatchObject({ motoServer: [other, LAUNCHER] });
    expect(said).toEqual([]);
  });

  test('a moto_server that is no script of Python runs as it is, and that is said', async () => {
    const server = await program(path.join(bin, 'moto_server'), 'exit 0');
    await expect(search()).resolves.toMatchObject({ motoServer: [server] });
    expect(said).toEqual([expect.stringContaining(`${server} runs as it is: slower than 5.2.1`)]);
  });

  test('another version runs as it is too', async () => {
    const python3 = await python('exit 1', '5.3.0');
    await expect(search()).resolves.toMatchObject({ motoServer: [python3, '-m', 'moto.server'] });
    expect(said).toEqual([expect.stringContaining('moto 5.3.0 runs as it is')]);
  });

  test('otherwise it is installed once, into a folder of its own, and said so', async () => {
    await python(`echo "$*" >> ${folder}/pip`);
    const own = [path.join(motoFolder, 'bin/python3'), LAUNCHER];
    await expect(search()).resolves.toMatchObject({ motoServer: own });
    expect(said).toEqual([`Installing moto[server]==5.2.1 into ${motoFolder} (once)`]);
    expect(execFileSync('cat', [`${folder}/pip`], { encoding: 'utf8' })).toMatch(
      /^-m pip install .*moto\[server\]==5\.2\.1\n$/,
    );

    await expect(search()).resolves.toMatchObject({ motoServer: own });
    expect(said).toHaveLength(1);
  });

  test('two starts at the same time do not disturb each other', async () => {
    await python(':');
    await expect(Promise.all([search(), search()])).resolves.toHaveLength(2);
    expect(readdirSync(path.dirname(motoFolder))).toEqual(['moto']);
  });

  test('when that fails, the message has what was tried and what it said, and nothing is left behind', async () => {
    await python('echo "ERROR: No matching distribution found" >&2; exit 1');
    const message = await missing();
    expect(message).toMatch(/`.*bin\/python3 -m pip install .*moto\[server\]==5\.2\.1` failed: ERROR: No matching/);
    expect(message).toContain("Install it by hand: python3 -m pip install 'moto[server]==5.2.1'");
    expect(existsSync(motoFolder)).toBe(false);
    expect(readdirSync(path.dirname(motoFolder))).toEqual([]);
  });
});
