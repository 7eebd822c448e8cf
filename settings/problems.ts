import type { z } from 'zod';
import { UsageError } from '../core/errors';
import { quoted } from '../core/quoted';

/** One thing that is wrong with the settings. */
export interface Problem {
  /** Where: `source.accountId`, `tables[1].name`. */
  readonly path: string;
  /** What stands there; undefined when nothing does. */
  readonly value: unknown;
  /** What would be right, as a noun phrase. */
  readonly allowed: string;
  /** What to do now, as a sentence without its full stop. */
  readonly nextStep: string;
}

/** All problems of the settings at once, one a line: a command ends with the exit code of wrong usage. */
export class SettingsError extends UsageError {
  constructor(
    heading: string,
    readonly found: readonly Problem[],
  ) {
    super([[heading, ...found.map((problem) => `  ${describeProblem(problem)}`)].join('\n')]);
  }

  static ofFile(file: string, found: readonly Problem[]): SettingsError {
    const count = found.length === 1 ? '1 problem' : `${found.length} problems`;
    return new SettingsError(`${file} has ${count}:`, found);
  }
}

export function describeProblem({ path, value, allowed, nextStep }: Problem): string {
  const found = value === undefined ? 'is missing' : `is ${quoted(value)}`;
  return `${path} ${found}; allowed: ${allowed}. Next: ${nextStep}.`;
}

export function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return text.replace(/^\./, '') || '(the whole file)';
}

/** A problem for each issue that zod found; an unknown setting is a problem of its own, each. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], settings: unknown): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownSetting(issue, key, settings));
    if (issue.code === 'invalid_key') return [wrongName(issue, settings)];
    const value = valueAt(settings, issue.path);
    const nextStep = value === undefined ? 'add it' : 'correct it';
    return [{ path: pathText(issue.path), value, allowed: issue.message, nextStep }];
  });
}

function unknownSetting(issue: z.core.$ZodIssue, key: string, settings: unknown): Problem {
  const path = [...issue.path, key];
  const nextStep = 'correct its name or take it out';
  return { path: pathText(path), value: valueAt(settings, path), allowed: issue.message, nextStep };
}

/** A name that may not be used in an object whose names are free, such as the tags. */
function wrongName(issue: z.core.$ZodIssueInvalidKey, settings: unknown): Problem {
  const value = valueAt(settings, issue.path);
  const allowed = issue.issues[0]?.message ?? issue.message;
  return { path: pathText(issue.path), value, allowed, nextStep: 'correct its name or take it out' };
}

function valueAt(settings: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    settings,
  );
}
