/**
 * A program that owns a part: a shell script that starts a server of its own, as wrappers of real servers do. Prints the
 * server's process id as JSON. Ends, when it is sent a line, as its first argument says: `throw`, `reject` or `exit`.
 */
import { freePort } from '../../../local/parts/freePort';
import { startPart } from '../../../local/parts/processes';

const SERVER = `require('node:http').createServer((q, r) => r.end(String(process.pid))).listen(process.argv[1], '127.0.0.1')`;

async function main(): Promise<void> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  await startPart({
    name: 'wrapped server',
    command: ['/bin/sh', '-c', '"$1" -e "$2" "$3"; exit 3', 'wrapper', process.execPath, SERVER, String(port)],
    endpoint,
  });
  const serverPid = Number(await (await fetch(endpoint)).text());
  process.stdout.write(`${JSON.stringify({ serverPid })}\n`);
  process.stdin.once('data', () => {
    const ending = process.argv[2];
    if (ending === 'throw') throw new Error('not caught');
    if (ending === 'reject') void Promise.reject(new Error('not handled'));
    if (ending === 'exit') process.exit(0);
  });
}

void main();
