import type { OptionTable } from '../../core/commandLine/parse';
import type { Command } from '../command';
import { COMMANDS } from '../commands';
import { GLOBAL_OPTIONS } from '../globalOptions';
import { FILES, FOLDERS, SHELLS } from './shells';

/** Values that are words. A test holds each to what its command takes. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  copy: ['destination', 'source', 'folder:'],
  target: ['destination', 'source'],
  in: ['destination'],
  conflicts: ['theirs', 'ours'],
  event: ['insert', 'modify', 'remove'],
  by: ['second', 'minute', 'hour', 'day'],
  'time-to-live': ['on'],
};

interface Candidate {
  readonly word: string;
  readonly means?: string;
}

/**
 * What may stand where the last word is being written, from the parser's own definitions: a line each, with a tab before
 * what it means. One line {@link FILES} or {@link FOLDERS} where the shell knows better.
 *
 * @param words those behind `dcs`, the unfinished one last. Bash takes `=` for a word.
 * @param tables names of the tables in the settings, as far as they can be read
 */
export async function candidates(words: readonly string[], tables: () => readonly string[]): Promise<string[]> {
  const parted = words.filter((word) => word !== '=');
  const before = words.at(-1) === '=' ? parted : parted.slice(0, -1);
  const current = words.at(-1) === '=' ? '' : (parted.at(-1) ?? '');
  const [name, ...given] = before;
  const found = name === undefined ? verbs() : await ofCommand(name, given, current, tables);
  return found
    .filter(({ word }) => word.startsWith(current) || word === FILES || word === FOLDERS)
    .map(({ word, means }) => (means === undefined ? word : `${word}\t${means}`));
}

function verbs(): Candidate[] {
  const commands = Object.entries(COMMANDS).map(([word, { summary }]) => ({ word, means: summary }));
  return [...commands, { word: 'help', means: 'Help of a command' }, { word: '--help' }, { word: '--version' }];
}

async function ofCommand(
  name: string,
  given: readonly string[],
  current: string,
  tables: () => readonly string[],
): Promise<Candidate[]> {
  if (name === 'help') return given.length > 0 ? [] : [...verbs().slice(0, -3), { word: 'exit-codes' }];
  const command = Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]?.load() : undefined;
  if (!command) return [];
  const options = { ...command.options, ...GLOBAL_OPTIONS };
  const last = given.at(-1) ?? '';
  const asked = last.startsWith('--') && options[last.slice(2)];
  if (asked && asked.type === 'string') return valuesOf(last.slice(2), asked.value);
  const places = current.startsWith('-') ? [] : placesOf(command, positionalsIn(given, options), tables);
  return places.length > 0 ? places : optionsOf(options, given);
}

function valuesOf(name: string, value: string | undefined): Candidate[] {
  if (value === 'FILE') return [{ word: FILES }];
  if (value === 'FOLDER') return [{ word: FOLDERS }];
  return (WORDS[name] ?? []).map((word) => ({ word }));
}

function positionalsIn(given: readonly string[], options: OptionTable): number {
  const isValue = (i: number) => options[(given[i - 1] ?? '').replace(/^--/, '')]?.type === 'string';
  return given.filter((word, i) => !word.startsWith('-') && !(i > 0 && given[i - 1]?.startsWith('--') && isValue(i)))
    .length;
}

function placesOf(
  { positionals, furtherPositionals }: Command,
  at: number,
  tables: () => readonly string[],
): Candidate[] {
  const place = positionals[at] ?? furtherPositionals ?? '';
  if (place === 'SHELL') return SHELLS.map((word) => ({ word }));
  return /TABLE|table/.test(place) ? tables().map((word) => ({ word })) : [];
}

/** Those that are not given yet, the command's own first. */
function optionsOf(options: OptionTable, given: readonly string[]): Candidate[] {
  const isGiven = (name: string) => given.some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  return Object.entries(options).flatMap(([name, { help, multiple, words = [] }]) =>
    isGiven(name) && !multiple
      ? []
      : [`--${name}`, ...words.map((word) => `--${name}=${word}`)].map((word) => ({
          word,
          means: firstSentence(help),
        })),
  );
}

function firstSentence(help: string): string {
  return /^.*?[.:;](?= |$)/.exec(help)?.[0].slice(0, -1) ?? help;
}
