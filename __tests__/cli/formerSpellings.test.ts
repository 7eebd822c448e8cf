import { readFileSync } from 'node:fs';
import path from 'node:path';
import { COMMANDS } from '../../cli/commands';
import { GLOBAL_OPTIONS } from '../../cli/globalOptions';
import { runDcs } from '../../cli/run';

const PAGE = readFileSync(path.resolve(__dirname, '../../docs/cli.md'), 'utf8');

/** Command, former option, and what is written now. */
async function formerSpellings(): Promise<[string, string, string][]> {
  const commands = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, { load }]) => [name, await load()] as const),
  );
  return commands.flatMap(([name, { formerly = {} }]) =>
    Object.entries(formerly).map(([before, now]): [string, string, string] => [name, `--${before}`, now]),
  );
}

async function stderrOf(...args: string[]): Promise<string> {
  const err: string[] = [];
  const { signal } = new AbortController();
  const [stdout, stderr] = [{ write: () => true }, { write: (text: string) => err.push(text) }];
  const pause = () => Promise.resolve();
  await runDcs([...args, '--config', 'no-such-file.json'], { stdout, stderr, env: {}, signal, nowMs: Date.now, pause });
  return err.join('');
}

describe('former spellings', () => {
  test('are documented, each of them, and no other', async () => {
    const documented = [...PAGE.matchAll(/^\| `(\w+)` \| `(--[\w-]+)` \| `([\w-]+)` \|$/gm)].map((row) => row.slice(1));
    expect(documented).toEqual(await formerSpellings());
  });

  test('are now an option or an argument that the command has, and hide no option', async () => {
    for (const [name, before, now] of await formerSpellings()) {
      const command = await COMMANDS[name]!.load();
      const options = Object.keys({ ...GLOBAL_OPTIONS, ...command.options }).map((option) => `--${option}`);
      expect([...options, ...command.positionals, command.furtherPositionals]).toContain(now);
      expect(options).not.toContain(before);
    }
  });

  test('are taken, and a word on stderr names the new one', async () => {
    const said = await stderrOf('redrive', '--table', 'users', '--dry-run');
    expect(said).toContain('dcs: --table is now TABLE, an argument; the next version takes the old spelling no more\n');
    expect(said).toContain('no-such-file.json');
    const before = await stderrOf('download', 'users', '--to', '/tmp/copy', '--from', 'nowhere');
    expect(before).toContain('dcs: --to is now --folder');
    expect(before).toContain('--copy is "nowhere"; write one of');
    expect(before).not.toContain('--folder is missing');
  });

  test('a moment is no former spelling: where --from is a time, it stays one', async () => {
    const said = await stderrOf('diff', 'users', '--from', '2 hours ago', '--in', 'source');
    expect(said).toContain('dcs: --in is now --copy');
    expect(said).not.toContain('--from');
  });
});
