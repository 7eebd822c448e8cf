import { DcsError } from '../core/errors';
import { VARIABLES } from '../core/functionVariables';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's text; what does not match is one of the problems. */
export type TextOf = (name: string, pattern: RegExp, allowed: string) => string;

/**
 * What a function reads from its environment.
 *
 * @throws DcsError that names every variable that is missing or wrong
 */
export function fromEnvironment<Settings>(
  environment: Environment,
  ofFunction: string,
  read: (text: TextOf) => Settings,
): Settings {
  const problems: string[] = [];
  const settings = read((name, pattern, allowed) => {
    const value = environment[name] ?? '';
    if (!pattern.test(value)) problems.push(`${name} is ${JSON.stringify(value)}; it has to be ${allowed}`);
    return value;
  });
  if (problems.length === 0) return settings;
  throw new DcsError(`${ofFunction} is wrong: ${problems.join('. ')}.`);
}

/** Where the copies are; the region is the function's, which is that of the bucket. */
export function destinationOf(text: TextOf) {
  return {
    bucket: text(VARIABLES.bucketName, /./, 'the name of the destination bucket'),
    prefix: text(VARIABLES.prefix, /^(.*\/)?$/, 'empty or end with a slash'),
    region: text('AWS_REGION', /./, 'the region, which Lambda sets'),
  };
}
