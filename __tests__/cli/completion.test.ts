import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { COMMANDS } from '../../cli/commands';
import { candidates } from '../../cli/completion/candidates';
import { SCRIPTS } from '../../cli/completion/scripts';
import { SHELLS } from '../../cli/completion/shells';
import { GLOBAL_OPTIONS } from '../../cli/globalOptions';
import { OptionReader } from '../../core/commandLine/optionReader';
import { parseCommandLine } from '../../core/commandLine/parse';

const TABLES = ['users', 'orders'];
const wordsOf = async (...words: string[]) =>
  (await candidates(words, () => TABLES)).map((line) => line.split('\t')[0] ?? '');

describe('what may be written next', () => {
  test('is every command, with what it is for', async () => {
    expect(await wordsOf('')).toEqual([...Object.keys(COMMANDS), 'help', '--help', '--version']);
    expect(await candidates(['timel'], () => [])).toEqual([`timeline\t${COMMANDS.timeline?.summary ?? ''}`]);
    expect(await wordsOf('help', 'exit')).toEqual(['exit-codes']);
  });

  test.each(Object.keys(COMMANDS))('is every option of %s, its own before those of all, and no other', async (name) => {
    const command = await COMMANDS[name]?.load();
    const options = { ...command?.options, ...GLOBAL_OPTIONS };
    const found = await wordsOf(name, '--');
    expect(found.filter((word) => !word.includes('='))).toEqual(Object.keys(options).map((each) => `--${each}`));
    for (const option of Object.keys(command?.options ?? {})) {
      for (const word of await wordsOf(name, `--${option}`, '')) {
        if (word.startsWith(':') || word === 'folder:' || options[option]?.type !== 'string') continue;
        const given = new OptionReader(parseCommandLine(['t', `--${option}`, word], options));
        command?.read(given);
        let problem = '';
        try {
          given.throwIfWrong();
        } catch (error) {
          problem = (error as Error).message;
        }
        expect(problem).not.toContain('write one of');
      }
    }
  });

  test('is a table where one stands, a value behind its option, and no option twice', async () => {
    expect(await wordsOf('restore', '')).toEqual(TABLES);
    expect(await wordsOf('history', 'users', '--c')).toEqual(['--copy', '--config']);
    expect(await wordsOf('history', '--copy', 's')).toEqual(['source']);
    expect(await wordsOf('history', '--copy', '=')).toEqual(['destination', 'source', 'folder:']);
    expect(await wordsOf('history', '--copy', '=', 'd')).toEqual(['destination']);
    expect(await wordsOf('history', '--copy', 'source', '')).toEqual(TABLES);
    expect(await wordsOf('history', 'users', '--copy', 'source', '--co')).toEqual(['--config']);
    expect(await wordsOf('history', '--config', '')).toEqual([':files']);
    expect(await wordsOf('drill', '--report-folder', '')).toEqual([':folders']);
    expect(await wordsOf('completion', '')).toEqual([...SHELLS]);
    expect(await wordsOf('nothing', '')).toEqual([]);
  });
});

const isThere = (shell: string) => spawnSync(shell, ['--version']).status === 0;

describe('in a shell', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'dcs-completion-'));
    const answers = path.join(folder, 'dcs');
    // Stands for dcs: what it answers is tested above. Its last word is told, so that the words that came are seen.
    writeFileSync(
      answers,
      `#!/bin/sh\nfor last; do :; done\ncase "$last" in\n  fil*) echo ':files' ;;\n  *) printf '%s\\tis said\\n%s\\n' "$last-a" '--config' | grep "^$last" ;;\nesac\n`,
    );
    chmodSync(answers, 0o755);
    writeFileSync(path.join(folder, 'file.json'), '');
    for (const shell of SHELLS) writeFileSync(path.join(folder, `script.${shell}`), SCRIPTS[shell]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (command: string, args: string[]) =>
    execFileSync(command, args, {
      ...{ cwd: folder, encoding: 'utf8' },
      env: { PATH: `${folder}:${process.env.PATH ?? ''}`, HOME: folder, TERM: 'dumb' },
    });

  (isThere('bash') ? test : test.skip)('bash offers the words', () => {
    const script = `source script.bash; COMP_WORDS=(dcs restore us); COMP_CWORD=2; _dcs; echo "\${COMPREPLY[@]}"; complete -p dcs`;
    expect(run('bash', ['--norc', '-c', script])).toBe('us-a\ncomplete -F _dcs dcs\n');
  });

  (isThere('fish') ? test : test.skip)('fish offers the words with what they mean, and files', () => {
    const offered = (line: string) => run('fish', ['--no-config', '-c', `source script.fish; complete -C '${line}'`]);
    expect(offered('dcs restore us')).toBe('us-a\tis said\n');
    expect(offered('dcs restore fil')).toContain('file.json');
  });

  (isThere('zsh') ? test : test.skip)('zsh takes the script, and offers the words', () => {
    const script = `autoload -Uz compinit; compinit -u -d ${folder}/dump; source script.zsh; _describe() { print -l $described; }; words=(dcs restore us); CURRENT=3; _dcs; print $_comps[dcs]`;
    expect(run('zsh', ['-f', '-c', script])).toBe('us-a:is said\n_dcs\n');
  });
});
