import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../local/parts/freePort';
import { startPart, type CommandLine } from '../../local/parts/processes';

const OWNER = path.join(__dirname, 'support/partOwner.ts');
const SERVER = `require('node:http').createServer((q, r) => r.end()).listen(process.argv[1], '127.0.0.1')`;

const node = (code: string, ...args: string[]): CommandLine => [process.execPath, '-e', code, ...args];
async function settings(...command: CommandLine) {
  const port = await freePort();
  return { name: 'server', endpoint: `http://127.0.0.1:${port}`, command: [...command, String(port)] as const };
}

/** Starts a program that owns a part; answers when its server, a grandchild of the part's process, is there. */
async function startOwner(ending = 'never') {
  const owner = spawn(process.execPath, ['--import', 'tsx', OWNER, ending], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(owner, 'exit');
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  const { serverPid } = JSON.parse(line) as { serverPid: number };
  const groupId = Number(execFileSync('ps', ['-o', 'pgid=', '-p', String(serverPid)], { encoding: 'utf8' }));
  return { owner, ended, serverPid, groupId };
}

/** The ids of a group's processes, without those that have ended and only wait to be noticed. */
function runningIn(groupId: number): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,pgid=,stat='], { encoding: 'utf8' }).trim().split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, group, state]) => Number(group) === groupId && !state?.startsWith('Z'))
    .map(([pid]) => Number(pid));
}

async function untilNothingRunsIn(groupId: number): Promise<void> {
  const limitMs = Date.now() + 300_000;
  while (runningIn(groupId).length > 0) {
    if (Date.now() > limitMs) {
      process.kill(-groupId, 'SIGKILL'); // or the failed test would itself leave an orphan
      throw new Error(`orphans, 5 minutes after their owner: process group ${groupId}`);
    }
    await delay(20);
  }
}

describe('no orphans, neither of the part nor of what it started,', () => {
  test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)('when the owner gets %s', async (signal) => {
    const { owner, ended, serverPid, groupId } = await startOwner();
    expect(runningIn(groupId)).toContain(serverPid);
    owner.kill(signal);
    await ended;
    await untilNothingRunsIn(groupId);
  });

  test.each(['throw', 'reject', 'exit'])('when the owner ends by itself: %s', async (ending) => {
    const { owner, ended, serverPid, groupId } = await startOwner(ending);
    expect(runningIn(groupId)).toContain(serverPid);
    owner.stdin.end('now\n');
    await ended;
    await untilNothingRunsIn(groupId);
  });
});

describe('a part', () => {
  test('is there when it answers, and gone when it is stopped, which can be asked twice', async () => {
    const part = await startPart(await settings(...node(SERVER)));
    expect((await fetch(part.endpoint)).status).toBe(200);
    await part.stop();
    await part.stop();
    await expect(fetch(part.endpoint)).rejects.toThrow();
  });

  test('that ends while it starts: the error has its last lines', async () => {
    const failing = node(`for (let i = 0; i < 30; i++) console.error('line ' + i); process.exitCode = 7`);
    const starting = startPart(await settings(...failing));
    await expect(starting).rejects.toThrow(/^server ended with 7\. Its last output:\nline 15\n[^]*\nline 29$/);
  });

  test('that ends in the middle: whoever waits is told, with its last lines', async () => {
    const dying = `const http = require('node:http');
      http.createServer((q, r) => {
        r.end();
        if (q.url === '/die') { console.log('out of memory'); setImmediate(() => process.exit(1)); }
      }).listen(process.argv[1], '127.0.0.1')`;
    const part = await startPart(await settings(...node(dying)));
    await fetch(`${part.endpoint}/die`).catch(() => undefined);
    await expect(part.died).rejects.toThrow('server ended with 1. Its last output:\nout of memory');
    await part.stop();
  });

  test('that does not answer in time is ended, and the error has its last lines', async () => {
    const deaf: CommandLine = ['/bin/sh', '-c', 'echo "group $PPID"; while :; do sleep 1; done'];
    const starting = startPart({ ...(await settings(...deaf)), startLimitMs: 5_000 });
    const { message } = (await starting.catch((error: unknown) => error as Error)) as Error;
    expect(message).toMatch(/^server did not answer at http:[^ ]+ within 5 s\. Its last output:\ngroup \d+$/);
    expect(runningIn(Number(/group (\d+)/.exec(message)?.[1]))).toEqual([]);
  });

  test.each([
    ['a program that is not there', { command: ['/no/such/program'] as const }, /server ended with 127.*not found/s],
    ['a folder that is not there', { workingDirectory: '/no/such/folder' }, /server could not be started: .*ENOENT/],
  ])('with %s says so', async (_, changes, message) => {
    await expect(startPart({ ...(await settings(...node(SERVER))), ...changes })).rejects.toThrow(message);
  });
});

test('free ports differ, and nothing listens on them', async () => {
  const ports = await Promise.all(Array.from({ length: 5 }, freePort));
  for (const port of ports) await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
});
