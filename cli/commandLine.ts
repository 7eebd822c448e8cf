import { parseArgs } from 'node:util';
import { nearest } from './nearest';

/** One option of a command, or one for all of them. */
export interface OptionDefinition {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in help: `NAME`. Options of type string have one. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** What it does, with what it means when left out. */
  readonly help: string;
}
export type OptionTable = Readonly<Record<string, OptionDefinition>>;

/** What stands on the command line, by option, with everything that is wrong about it. */
export interface CommandLine {
  readonly positionals: readonly string[];
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly flags: ReadonlySet<string>;
  readonly problems: readonly string[];
}

/**
 * Parses arguments against a table of options. Unlike node's strict mode it does not stop at the first problem, so that
 * all of them can be told at once.
 */
export function parseCommandLine(args: readonly string[], options: OptionTable): CommandLine {
  const problems: string[] = [];
  const values = new Map<string, string[]>();
  const flags = new Set<string>();
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type, multiple: true }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option) problems.push(unknownOption(token.rawName, options));
    else if (option.type === 'boolean') {
      if (token.value !== undefined) problems.push(`${token.rawName} takes no value; write ${token.rawName} alone`);
      flags.add(token.name);
    } else if (token.value === undefined || token.value === '') {
      problems.push(`${token.rawName} is without its value; write ${token.rawName} ${option.value ?? 'VALUE'}`);
    } else if (!token.inlineValue && token.value.startsWith('-') && token.value !== '-') {
      problems.push(
        `${token.rawName} is followed by ${token.value}, another option? If that is its value, write ${token.rawName}=${token.value}`,
      );
    } else {
      const given = values.get(token.name) ?? [];
      if (given.length > 0 && !option.multiple)
        problems.push(`${token.rawName} is given more than once; write it once`);
      values.set(token.name, [...given, token.value]);
    }
  }
  return { positionals, values, flags, problems };
}

function unknownOption(rawName: string, options: OptionTable): string {
  const names = Object.keys(options).map((name) => `--${name}`);
  const near = nearest(rawName, names);
  return `${rawName} is no option here${near === undefined ? '' : `; did you mean ${near}?`}; --help lists all of them`;
}
