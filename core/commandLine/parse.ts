import { parseArgs } from 'node:util';
import { nearest } from './nearest';

/** One option of a command, or one for all of them. */
export interface OptionDefinition {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in help: `NAME`. Options of type string have one. */
  readonly value?: string;
  /** Of a flag: the words that it may be given with: `--merge`, `--merge=overwrite`. */
  readonly words?: readonly string[];
  /** May be given several times. */
  readonly multiple?: boolean;
  /** What it does, with what it means when left out. */
  readonly help: string;
}
export type OptionTable = Readonly<Record<string, OptionDefinition>>;

/**
 * Option names of the version before, which this one still takes, and what is written instead: an option, `--copy`, or an
 * argument, `TABLE`. An option of the same name goes before.
 */
export type FormerSpellings = Readonly<Record<string, string>>;

/** What stands on the command line, by option, with everything that is wrong about it. */
export interface CommandLine {
  readonly positionals: readonly string[];
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly flags: ReadonlySet<string>;
  readonly problems: readonly string[];
  /** A word about each former spelling that was used. */
  readonly notices: readonly string[];
}

/**
 * Parses arguments against a table of options. Unlike node's strict mode it does not stop at the first problem, so that
 * all of them can be told at once.
 */
export function parseCommandLine(
  args: readonly string[],
  options: OptionTable,
  formerly: FormerSpellings = {},
): CommandLine {
  const [positionals, problems, notices]: [string[], string[], Set<string>] = [[], [], new Set()];
  const values = new Map<string, string[]>();
  const flags = new Set<string>();
  for (const token of tokensOf(args, options, formerly)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, option, now } = meaningOf(token.name, options, formerly);
    if (now !== undefined) notices.add(noticeOf(token.rawName, now));
    const written = now?.startsWith('--') ? now : token.rawName;
    const problem = option ? valueProblem(written, option, token) : unknownOption(written, options);
    if (problem !== undefined) problems.push(problem);
    if (option?.type === 'boolean') {
      flags.add(name);
      if (problem === undefined && token.value !== undefined) values.set(name, [token.value]);
    }
    // Stryker disable next-line ConditionalExpression: for the compiler; without a value there is a problem
    if (option?.type !== 'boolean' && problem === undefined && token.value !== undefined) {
      const given = values.get(name) ?? [];
      // Stryker disable next-line OptionalChaining: for the compiler; an unknown option is a problem
      if (given.length > 0 && !option?.multiple) problems.push(`${written} is given more than once; write it once`);
      if (option === ARGUMENT) positionals.push(token.value);
      else values.set(name, [...given, token.value]);
    }
  }
  return { positionals, values, flags, problems, notices: [...notices] };
}

type Tokens = NonNullable<ReturnType<typeof parseArgs>['tokens']>;
type OptionToken = Extract<Tokens[number], { kind: 'option' }>;

function tokensOf(args: readonly string[], options: OptionTable, formerly: FormerSpellings): Tokens {
  const names = [...Object.keys(options), ...Object.keys(formerly)];
  const types = names.map((name) => [name, { type: meaningOf(name, options, formerly).option?.type ?? 'string' }]);
  const config = {
    args: [...args],
    options: Object.fromEntries(types) as Record<string, { type: 'string' | 'boolean' }>,
  };
  return parseArgs({ ...config, allowPositionals: true, strict: false, tokens: true }).tokens;
}

/** What a former option has become that is now written without one. */
// Stryker disable next-line all: whatever is no flag takes a value, and it has no help
const ARGUMENT: OptionDefinition = { type: 'string', help: '' };

function meaningOf(
  name: string,
  options: OptionTable,
  formerly: FormerSpellings,
): { readonly name: string; readonly option?: OptionDefinition; readonly now?: string } {
  const option = own(options, name);
  const now = option ? undefined : own(formerly, name);
  if (now === undefined) return { name, option };
  if (!now.startsWith('--')) return { name, option: ARGUMENT, now };
  return { name: now.slice(2), option: own(options, now.slice(2)), now };
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function valueProblem(
  written: string,
  option: OptionDefinition,
  { value, inlineValue }: OptionToken,
): string | undefined {
  if (option.type === 'boolean') {
    if (value === undefined || option.words?.includes(value)) return undefined;
    if (!option.words) return `${written} takes no value; write ${written} alone`;
    const known = [written, ...option.words.map((word) => `${written}=${word}`)].join(' or ');
    return `${written}=${value} is not known; write ${known}`;
  }
  if (value === undefined || value === '') {
    return `${written} is without its value; write ${written} ${option.value ?? 'VALUE'}`;
  }
  if (inlineValue || !value.startsWith('-') || value === '-') return undefined;
  return `${written} is followed by ${value}, another option? If that is its value, write ${written}=${value}`;
}

function noticeOf(rawName: string, now: string): string {
  const spelling = now.startsWith('--') ? now : `${now}, an argument`;
  return `${rawName} is now ${spelling}; the next version takes the old spelling no more`;
}

function unknownOption(rawName: string, options: OptionTable): string {
  const names = Object.keys(options).map((name) => `--${name}`);
  const near = nearest(rawName, names);
  return `${rawName} is no option here${near === undefined ? '' : `; did you mean ${near}?`}; --help lists all of them`;
}
