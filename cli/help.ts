import type { Command } from './command';
import type { OptionTable } from '../core/commandLine/parse';
import { COMMANDS } from './commands';
import { EXIT_CODES } from './exitCodes';
import { GLOBAL_OPTIONS } from './globalOptions';
import { wrap, wrapCommand } from './output/wrap';

/** What `dcs --help` shows, in lines of this width. */
export function overview(width: number): string {
  const verbs = Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary] as const);
  return [
    ...wrap('dcs: a second, always current copy of every item of a DynamoDB table, and the way back from it.', width),
    '',
    'Usage: dcs COMMAND [options]',
    '',
    'Commands:',
    ...columns([...verbs, ['help', 'Help of a command, or "dcs help exit-codes".']], width),
    '',
    'Options of all commands:',
    ...columns(optionRows(GLOBAL_OPTIONS), width),
    '',
    ...wrap('dcs COMMAND --help shows what a command does, its options, and worked examples.', width),
  ].join('\n');
}

/** What `dcs COMMAND --help` shows: what is its own first, what it shares with all others at the end. */
export function commandHelp(name: string, command: Command, width: number): string {
  const [usage = '', ...more] = wrap(`Usage: dcs ${name} ${command.usage}`, width - 4);
  return [
    ...[usage, ...more.map((line) => `    ${line}`)],
    '',
    ...command.description.split('\n').flatMap((paragraph) => wrap(paragraph, width)),
    '',
    'Options:',
    ...columns(optionRows(command.options), width),
    '',
    'Examples:',
    ...command.examples.flatMap((example) => [...exampleLines(example, width), '']),
    'Exit codes:',
    ...exitCodeLines(width),
    '',
    'Options of all commands:',
    ...columns(optionRows(GLOBAL_OPTIONS), width),
  ].join('\n');
}

/** What `dcs help exit-codes` shows. */
export function exitCodeLines(width: number): string[] {
  const codes = EXIT_CODES.map(({ code, means }) => [String(code), means] as const);
  return columns(codes, width);
}

function exampleLines({ does, command }: Command['examples'][number], width: number): string[] {
  return [
    ...wrap(does, width - 4).map((line) => `  # ${line}`),
    ...command.split('\n').flatMap((line) => wrapCommand(line, width - 2).map((part) => `  ${part}`)),
  ];
}

/** Options that have a short name. */
const SHORT: Readonly<Record<string, string>> = { help: '-h, ' };

function optionRows(options: OptionTable): (readonly [string, string])[] {
  return Object.entries(options).map(([name, { value, help, multiple, words }]) => [
    `${SHORT[name] ?? ''}--${name}${value === undefined ? '' : ` ${value}`}${words ? `[=${words.join('|')}]` : ''}`,
    multiple ? `${help} Can be given several times.` : help,
  ]);
}

const [LONGEST_NAME, NARROW, NARROW_INDENT] = [30, 64, 6];

/** Two columns; where the left one is long, or all is narrow, the right one starts on the next line. */
function columns(rows: readonly (readonly [string, string])[], width: number): string[] {
  const longest = Math.max(...rows.map(([name]) => name.length));
  const left = width < NARROW && longest > 12 ? NARROW_INDENT - 4 : Math.min(LONGEST_NAME, longest);
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, width - left - 4);
    const [first = '', ...rest] = lines;
    const indent = ' '.repeat(left + 4);
    const head = name.length > left ? [`  ${name}`, `${indent}${first}`] : [`  ${name.padEnd(left)}  ${first}`];
    return [...head, ...rest.map((line) => indent + line)];
  });
}
