/** What a finding is about. `--allow ADDRESS:NAME` names it so. */
export const FINDING_NAMES = [
  'destroyed',
  'replaced',
  'forgotten',
  'leaves',
  'versioning',
  'object-lock',
  'replication',
  'encryption',
  'key',
  'policy',
  'public-access',
  'ownership',
  'expiration',
  'table',
  'capture',
  'alarm',
  'drift',
  'not-known',
] as const;

export type FindingName = (typeof FINDING_NAMES)[number];

/** One thing of a plan that somebody has to look at. */
export interface Finding {
  /** Terraform's address of the resource. */
  readonly address: string;
  readonly finding: FindingName;
  /** What the plan would change. */
  readonly what: string;
  /** What would be lost by it. */
  readonly why: string;
  /** What to do. */
  readonly next: string;
}
