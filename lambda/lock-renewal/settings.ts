import { VARIABLES } from '../../core/functionVariables';
import type { LockMode, LockRule } from '../../core/lockRenewal';
import { destinationOf, fromEnvironment, type Environment } from '../environment';

export interface LockRenewalSettings {
  readonly bucket: string;
  readonly prefix: string;
  readonly rule: LockRule;
  /** Region of the function, which is that of the bucket. */
  readonly region: string;
}

/** @throws DcsError that names every variable that is missing or wrong */
export function lockRenewalSettings(environment: Environment): LockRenewalSettings {
  return fromEnvironment(environment, 'the environment of the function that renews locks', (text) => ({
    ...destinationOf(text),
    rule: {
      mode: text(VARIABLES.lockMode, /^(COMPLIANCE|GOVERNANCE)$/, 'COMPLIANCE or GOVERNANCE') as LockMode,
      retentionDays: Number(text(VARIABLES.retentionDays, /^[1-9]\d{0,4}$/, 'a whole number of days')),
    },
  }));
}
