import { appendFileSync } from 'node:fs';
import known from '../../fixtures/callsOfCommands.json';
import type { HttpCall } from './httpCall';
import { rightsOf, type Side } from './right';

/** What a command has to be allowed, and in which account. */
export interface CommandRight {
  readonly command: string;
  readonly side: Side;
  readonly action: string;
  readonly on: string;
}

/** What a call belongs to. */
export interface CommandRun {
  readonly command: string;
  /** `host:port` of the source account, where that is one of its own. Else the Region tells the accounts apart. */
  readonly sourceHost?: string;
}

/** Every test has its source there. */
const SOURCE_REGION = 'eu-central-1';

export const lineOf = ({ command, side, action, on }: CommandRight): string =>
  JSON.stringify({ command, side, action, on });

const SIDES = ['source', 'destination'] as const;

/**
 * What was recorded, and what the same code calls in the other account: a restore goes to a table of either (`--target`),
 * and reads either bucket (`--copy`).
 */
export function inEither(call: CommandRight): CommandRight[] {
  const { command, action, on } = call;
  if (command !== 'restore' || !/^(dynamodb|s3):/.test(action)) return [call];
  return SIDES.map((side) => ({ ...call, side, on: on.replace(/(?<=the )\w+(?= bucket)/, side) }));
}

/** Of those commands that work with the same role, whichever it is: what one may, the others may. */
const ofRole = ({ command, ...right }: CommandRight): string =>
  lineOf({ ...right, command: ['erase', 'lock'].includes(command) ? command : 'others' });
const allowed = new Set((known as CommandRight[]).flatMap(inEither).map(ofRole));

/**
 * Holds a call of a command to what is written down of those with its role, or writes it down: into the file that
 * DCS_RECORD_CALLS names.
 *
 * @throws for a call that its role may not be allowed: nobody has written it down
 */
export function expectKnown(sent: HttpCall, { command, sourceHost }: CommandRun): void {
  const isSource = sourceHost === undefined ? sent.region === SOURCE_REGION : sent.header('host') === sourceHost;
  for (const { side = isSource ? 'source' : 'destination', ...right } of rightsOf(sent)) {
    const call = { command, side, ...right };
    const { DCS_RECORD_CALLS: file = '' } = process.env;
    if (file !== '') record(file, lineOf(call));
    else if (!allowed.has(ofRole(call))) {
      throw new Error(`No role is known to need this: ${lineOf(call)}. \`npm run docs:rights\` writes it down.`);
    }
  }
}

const recorded = new Set<string>();

function record(file: string, line: string): void {
  if (recorded.has(line)) return;
  recorded.add(line);
  appendFileSync(file, `${line}\n`);
}
