import { DcsError } from '../../core/errors';
import { VARIABLES } from '../../core/functionVariables';
import type { LockMode, LockRule } from '../../core/lockRenewal';

export interface LockRenewalSettings {
  readonly bucket: string;
  readonly prefix: string;
  readonly rule: LockRule;
  /** Region of the function, which is that of the bucket. */
  readonly region: string;
}

/** @throws DcsError that names every variable that is missing or wrong */
export function lockRenewalSettings(environment: Readonly<Record<string, string | undefined>>): LockRenewalSettings {
  const problems: string[] = [];
  const text = (name: string, pattern: RegExp, allowed: string): string => {
    const value = environment[name] ?? '';
    if (!pattern.test(value)) problems.push(`${name} is ${JSON.stringify(value)}; it has to be ${allowed}`);
    return value;
  };
  const settings = {
    bucket: text(VARIABLES.bucketName, /./, 'the name of the destination bucket'),
    prefix: text(VARIABLES.prefix, /^(.*\/)?$/, 'empty or end with a slash'),
    rule: {
      mode: text(VARIABLES.lockMode, /^(COMPLIANCE|GOVERNANCE)$/, 'COMPLIANCE or GOVERNANCE') as LockMode,
      retentionDays: Number(text(VARIABLES.retentionDays, /^[1-9]\d{0,4}$/, 'a whole number of days')),
    },
    region: text('AWS_REGION', /./, 'the region, which Lambda sets'),
  };
  if (problems.length === 0) return settings;
  throw new DcsError(`the environment of the function that renews locks is wrong: ${problems.join('. ')}.`);
}
