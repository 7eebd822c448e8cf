import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseCommandLine } from '../../core/commandLine/parse';
import { COMMANDS } from '../../cli/commands';
import { GLOBAL_OPTIONS } from '../../cli/globalOptions';
import { OptionReader } from '../../core/commandLine/optionReader';
import { withPositionalsChecked } from '../../core/commandLine/positionals';
import { resources, synthesize } from '../stacks/support/synth';
import { variants } from '../../stacks/variants';

const ROOT = path.resolve(__dirname, '../..');

/** What is wrong with a command line of dcs, as the command itself tells it. */
async function problemsOf(commandLine: string): Promise<string[]> {
  const [verb = '', ...args] = words(commandLine);
  const command = await COMMANDS[verb]?.load();
  if (!command) return [`${verb} is no command`];
  const line = parseCommandLine(args, { ...GLOBAL_OPTIONS, ...command.options }, command.formerly);
  const { positionals: needed, furtherPositionals, usage } = command;
  const isOpen = furtherPositionals !== undefined;
  const given = new OptionReader(withPositionalsChecked(line, { usage, needed, isOpen }));
  command.read(given);
  try {
    given.throwIfWrong();
    return [...line.notices];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** A line as a shell splits it. */
function words(line: string): string[] {
  return [...line.matchAll(/'((?:[^']|'\\'')*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single?.replaceAll(`'\\''`, `'`) ?? double ?? bare ?? '',
  );
}

/** The text of each file whose messages people read. */
function sources(): [string, string][] {
  const files = ['cli', 'operations', 'settings', 'stacks', 'lambda'].flatMap((room) =>
    readdirSync(path.join(ROOT, room), { recursive: true, encoding: 'utf8' }).map((name) => path.join(room, name)),
  );
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(path.join(ROOT, file), 'utf8')]);
}

/** What people read that is no code, by its path. */
function pages(): [string, string][] {
  const below = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map(
    (name) => `docs/${name}`,
  );
  const ofGitHub = readdirSync(path.join(ROOT, '.github'), { recursive: true, encoding: 'utf8' }).map(
    (name) => `.github/${name}`,
  );
  return [...readdirSync(ROOT), ...below, ...ofGitHub]
    .filter((name) => /\.(md|ya?ml)$|^help$/.test(name) && name !== 'CHANGELOG.md') // That tells of former spellings.
    .map((name) => [name, readFileSync(path.join(ROOT, name), 'utf8')]);
}

/** What of a mention no command takes; undefined where it is no mention of a command. */
async function problemsOfMention(words: string): Promise<string[] | undefined> {
  const [verb = '', ...rest] = words.trim().split(/\s+/);
  if (/^(--version|--help|-h|help)$/.test(verb)) return undefined;
  const command = await COMMANDS[verb]?.load();
  if (!command) return [`${verb} is no command`];
  const known = { ...GLOBAL_OPTIONS, ...command.options };
  return rest.flatMap((word) => {
    const [, option] = /^\[?--([a-z][\w-]*)/.exec(word) ?? [];
    return option === undefined || option in known || option === 'help' ? [] : [`--${option} is no option of ${verb}`];
  });
}

async function expectAllRight(commandLines: readonly string[]): Promise<void> {
  expect(commandLines.length).toBeGreaterThan(0);
  for (const commandLine of new Set(commandLines))
    expect({ commandLine, problems: await problemsOf(commandLine) }).toEqual({ commandLine, problems: [] });
}

describe('every command line of dcs that we tell people to type is one that dcs takes', () => {
  test('in the help of each command', async () => {
    const commands = await Promise.all(Object.values(COMMANDS).map(({ load }) => load()));
    const examples = commands.flatMap((command) => command.examples.map((example) => example.command));
    await expectAllRight(
      examples.flatMap((example) =>
        [...example.matchAll(/^dcs (.*)$/gm)].map(([, line = '']) => line.split(' | ')[0] ?? ''),
      ),
    );
  });

  test('in the documents', async () => {
    const pages = ['README.md', ...readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`)];
    const texts = pages
      .filter((page) => page.endsWith('.md'))
      .map((page) => readFileSync(path.join(ROOT, page), 'utf8'));
    // In the README a word on what it does stands behind it.
    const lines = texts.flatMap((text) => [...text.matchAll(/^(?:\$ )?npx dcs (.*?)(?: {2}.*)?$/gm)]);
    await expectAllRight(lines.map(([, line = '']) => line));
  });

  test('in the text of every page, as far as the command and its options go', async () => {
    const wrong: string[] = [];
    let named = 0;
    for (const [page, text] of pages()) {
      for (const [, words = ''] of text.matchAll(
        /(?:^|[`\s(=])(?:npx )?dcs (?!command\b)([a-z-](?:(?!\bdcs )[^\n`|;#'])*)/gm,
      )) {
        const problems = await problemsOfMention(words);
        named += problems === undefined ? 0 : 1;
        wrong.push(...(problems ?? []).map((problem) => `${page}: dcs ${words.trim()}: ${problem}`));
      }
    }
    expect(named).toBeGreaterThan(150);
    expect(wrong).toEqual([]);
  });

  test('in the messages, as far as their options go', async () => {
    const named: [string, string][] = [];
    const unknown: [string, string][] = [];
    for (const [file, text] of sources()) {
      for (const [words, verb = ''] of text.matchAll(/\bdcs (\w+)(?:(?!\bdcs )[^\n;.'"`])*/g)) {
        const command = await COMMANDS[verb]?.load();
        for (const [, option = ''] of words.matchAll(/ --([a-z][\w-]*)/g)) {
          named.push([file, option]);
          if (command && !(option in { ...GLOBAL_OPTIONS, ...command.options })) unknown.push([file, words]);
        }
      }
    }
    expect(named.length).toBeGreaterThan(10);
    expect(unknown).toEqual([]);
  });

  test('in the outputs and the alarms of every variant', async () => {
    const stacks = Object.values(variants).flatMap((settings) => Object.values(synthesize(settings)));
    const steps = stacks.flatMap(({ output = {} }) =>
      Object.entries(output).flatMap(([name, { value }]) => (name.endsWith('next_steps') ? (value as string[]) : [])),
    );
    const ofSteps = steps.flatMap((step) => /^npx dcs (.*?)(?: {2}#.*)?$/.exec(step)?.[1] ?? []);
    const alarms = stacks.flatMap((stack) => resources(stack, 'aws_cloudwatch_metric_alarm'));
    const ofAlarms = alarms.flatMap(({ body }) =>
      [...String(body.alarm_description).matchAll(/npx dcs ([\w -]*\w)/g)].map(([, line = '']) => line),
    );
    await expectAllRight(ofSteps);
    await expectAllRight(ofAlarms);
  });
});
