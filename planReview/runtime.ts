import type { Json } from './json';
import { same, type Verdict } from './verdicts';

const MAJOR = /^nodejs(\d+)\.x$/;

/** Only to a later Node.js. */
export const newerRuntime: Verdict = (leaf, context) =>
  major(leaf.to) >= major(leaf.from) ? undefined : same('the function may not run')(leaf, context);

const major = (value: Json | undefined) => Number(typeof value === 'string' ? MAJOR.exec(value)?.[1] : undefined);
