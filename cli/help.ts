import type { Command } from './command';
import type { OptionTable } from '../core/commandLine/parse';
import { COMMANDS } from './commands';
import { EXIT_CODES } from './exitCodes';
import { GLOBAL_OPTIONS } from './globalOptions';
import { wrap } from './output/wrap';

const WIDTH = 100;

/** What `dcs --help` shows. */
export function overview(): string {
  const verbs = Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary] as const);
  return [
    'dcs: a second, always current copy of every item of a DynamoDB table, and the way back from it.',
    '',
    'Usage: dcs COMMAND [options]',
    '',
    'Commands:',
    ...columns([...verbs, ['help', 'Help of a command, or "dcs help exit-codes".']]),
    '',
    'Options of all commands:',
    ...columns(optionRows(GLOBAL_OPTIONS)),
    '',
    'dcs COMMAND --help shows what a command does, its options, and worked examples.',
  ].join('\n');
}

/** What `dcs COMMAND --help` shows. */
export function commandHelp(name: string, command: Command): string {
  return [
    `Usage: dcs ${name} ${command.usage}`,
    '',
    ...command.description.split('\n').flatMap((paragraph) => wrap(paragraph, WIDTH)),
    '',
    'Options:',
    ...columns(optionRows(command.options)),
    '',
    'Options of all commands:',
    ...columns(optionRows(GLOBAL_OPTIONS)),
    '',
    'Examples:',
    ...command.examples.flatMap(({ does, command: line }) => [`  # ${does}`, `  ${line}`, '']),
    'Exit codes:',
    ...exitCodeLines(),
  ].join('\n');
}

/** What `dcs help exit-codes` shows. */
export function exitCodeLines(): string[] {
  return columns(EXIT_CODES.map(({ code, means }) => [String(code), means] as const));
}

function optionRows(options: OptionTable): (readonly [string, string])[] {
  return Object.entries(options).map(([name, { value, help, multiple, words }]) => [
    `--${name}${value === undefined ? '' : ` ${value}`}${words ? `[=${words.join('|')}]` : ''}`,
    multiple ? `${help} Can be given several times.` : help,
  ]);
}

/** Two columns; where the left one is long, the right one starts on the next line. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.min(30, Math.max(...rows.map(([name]) => name.length)));
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, WIDTH - left - 4);
    const [first = '', ...rest] = lines;
    const indent = ' '.repeat(left + 4);
    const head = name.length > left ? [`  ${name}`, `${indent}${first}`] : [`  ${name.padEnd(left)}  ${first}`];
    return [...head, ...rest.map((line) => indent + line)];
  });
}
