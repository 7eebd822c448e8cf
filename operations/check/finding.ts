import { couldNotLook, isDenied } from '../../aws/couldNotLook';
import type { Side } from '../../settings/schema';

/** What a check came to. `cannotTell` is never taken for a pass. */
export type Verdict = 'ok' | 'problem' | 'warning' | 'cannotTell';

/** A verdict with what it rests on: the value that was found, what is expected instead, and how to get there. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly found: string;
  readonly expected?: string;
  /** A command, or a setting to change. */
  readonly remedy?: string;
  /** The same as numbers and times, for machines. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** One check of one thing. */
export interface Finding extends Judgement {
  readonly id: string;
  readonly side: Side;
  /** What was looked at: `table users`, `source bucket example`. */
  readonly subject: string;
}

export const ok = (found: string): Judgement => ({ verdict: 'ok', found });
export const problem = (found: string, expected: string, remedy: string): Judgement => ({
  ...{ verdict: 'problem', found, expected, remedy },
});
export const warning = (found: string, expected: string, remedy: string): Judgement => ({
  ...{ verdict: 'warning', found, expected, remedy },
});
export const cannotTell = (found: string, remedy?: string): Judgement => ({ verdict: 'cannotTell', found, remedy });

/** `ok` when the condition holds. */
export const expect = (holds: boolean, found: string, expected: string, remedy: string): Judgement =>
  holds ? ok(found) : problem(found, expected, remedy);

/** What is not as the stacks make it, is made so again by the stacks. */
export const DEPLOY = 'npx cdktf deploy';

/** Judges by id. Undefined: there is nothing to judge, for another check has said why. */
export type Checks<Facts> = Readonly<Record<string, (facts: Facts) => Judgement | undefined>>;

/** Reads one thing once, and judges it by one or more checks. */
export type Inspection = () => Promise<Finding[]>;

interface About {
  readonly side: Side;
  readonly subject: string;
  /** What the identity has to be allowed for this. */
  readonly permission: string;
}

export function inspection<Facts>(about: About, read: () => Promise<Facts>, checks: Checks<Facts>): Inspection {
  const { side, subject, permission } = about;
  return async () => {
    const judged = await judge(permission, read, checks);
    return judged.flatMap(([id, judgement]) => (judgement ? [{ id, side, subject, ...judgement }] : []));
  };
}

async function judge<Facts>(
  permission: string,
  read: () => Promise<Facts>,
  checks: Checks<Facts>,
): Promise<(readonly [string, Judgement | undefined])[]> {
  try {
    const facts = await read();
    return Object.entries(checks).map(([id, judgeOne]) => [id, judgeOne(facts)] as const);
  } catch (error) {
    if (!couldNotLook(error)) throw error;
    const unknown = unseen(error, permission);
    return Object.keys(checks).map((id) => [id, unknown] as const);
  }
}

function unseen(error: unknown, permission: string): Judgement {
  return cannotTell(whyUnseen(error, permission));
}

/** Why something could not be looked at, in words. */
export function whyUnseen(error: unknown, permission: string): string {
  return isDenied(error) ? `not allowed: needs ${permission}` : rootMessage(error);
}

/** What all that was tried has in common: the same for every bucket and call that could not be reached. */
function rootMessage(error: unknown): string {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  if (!(root instanceof Error)) return String(root);
  return root.message === '' ? root.name : root.message;
}
