import type { FindingName } from '../finding';
import type { Json } from '../json';
import type { Context, Verdict } from '../verdicts';

/** What of one type guards something. An argument that is not named here may not change without a finding. */
export interface GuardedType {
  readonly finding: FindingName;
  /** What is lost without the resource. */
  readonly lost: string;
  /** What a change may do. */
  readonly why: string;
  readonly next: string;
  /** By path, such as `rule.object_ownership`; what stands below a path is judged by it too. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Arguments that are judged whole. */
  readonly judges?: Readonly<Record<string, Judge>>;
  /** What AWS makes up and nobody can set, by the provider's schema (6.25.0). */
  readonly computed?: readonly string[];
  /** What shows another resource of this table: it changes with that one, and is judged there. */
  readonly mirrors?: readonly string[];
  /** The argument that says what it is a part of: new on something that has been there, it is judged as a change from nothing. */
  readonly partOf?: string;
  /** A new part is nothing new where there has been one that differs in these arguments alone. */
  readonly differsFromOthersIn?: readonly string[];
}

/** What a changed argument weakens, in words; empty when it is known to be harmless. */
export type Judge = (from: Json | undefined, to: Json | undefined, context: Context) => readonly string[];
export type GuardedTypes = Readonly<Record<string, GuardedType>>;

export const TAKE_BACK = 'Take the change back, or see who asked for it and why.';
