import { duration } from '../../core/units';
import { checkContext } from '../../operations/check/checkContext';
import { checkDeployment } from '../../operations/check/checkDeployment';
import type { Finding } from '../../operations/check/finding';
import { inOurWay } from './inOurWay';
import { partsOf } from '../../settings/parts';
import type { Command } from '../command';
import { connectToLook, type CommandContext } from '../context';
import { clockToLook } from '../lookingClock';
import type { ExitCode } from '../exitCodes';
import { countsOf, exitCodeOf, findingRecord, sectionText, verdictText } from './reporting';

export interface CheckOptions {
  /** None: all tables of the settings. */
  readonly tableNames: readonly string[];
  /** How long to wait for the probe; undefined: no probe. */
  readonly waitMs: number | undefined;
}

/** Within this S3 replicates nearly everything, and promises to with replication time control. */
const FIFTEEN_MINUTES_MS = 900_000;

export const check: Command<CheckOptions> = {
  usage: '[TABLE...] [options]',
  description:
    'Proves a deployment: the credentials of both sides, each table with its stream, event source mapping and capture function, both buckets, the replication rule, Object Lock, keys, table.json, alarms, and parked batches. ' +
    'What is not as it should be comes with what was found, what is expected, and the command or setting that mends it.\n' +
    'Some things are proved by trying. A probe, a small object below =dcs/=check/, is put into the source bucket and has to arrive in the destination bucket; it stays in both. ' +
    'And the source credentials try to look into the destination bucket, which has to be refused. Nothing is tried that would do harm.\n' +
    'Exit code 3 when there is a problem, 4 when there is none but a check could not be made, 0 otherwise; warnings change nothing.',
  examples: [
    { does: 'After a deployment: is everything as it should be?', command: 'dcs check --wait 5m' },
    { does: 'One table, without writing anything', command: 'dcs check users --no-probe' },
    { does: 'For a script: only what is not as it should be', command: `dcs check --json | grep -v '"verdict":"ok"'` },
    {
      does: 'With an identity for each side',
      command: 'dcs check --source-profile live --destination-role-arn arn:aws:iam::222222222222:role/dcs-restore',
    },
  ],
  positionals: [],
  furtherPositionals: 'TABLE',
  options: {
    wait: { type: 'string', value: 'TIME', help: 'How long to wait for the probe: 90s, 15m, 1h. Default: 15m.' },
    'no-probe': { type: 'boolean', help: 'Send no probe: nothing is written.' },
  },
  read(given) {
    given.atMostOneOf('wait', 'no-probe');
    const waitMs = given.duration('wait') ?? FIFTEEN_MINUTES_MS;
    return { tableNames: given.positionals(), waitMs: given.flag('no-probe') ? undefined : waitMs };
  },
  whenStopped: () => 'startsAnew',
  run: runCheck,
};

export async function runCheck({ tableNames, waitMs }: CheckOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal, pause } = context;
  const settings = partsOf(context.settings, ['source', 'destination', 'tables']);
  const sides = { source: connectToLook(context, 'source'), destination: connectToLook(context, 'destination') };
  const { nowMs } = await clockToLook(context);
  const checked = checkContext(tableNames, { settings, signal, nowMs, pause, ...sides });
  if (waitMs !== undefined) {
    output.say(`A probe is on its way; waiting for it up to ${duration(waitMs)} (--no-probe leaves it out).`);
  }
  const findings = await checkDeployment(
    { ...checked, waitMs },
    {
      onSubject: (found) =>
        tell(
          output,
          found.map((finding) => inOurWay(finding, settings)),
        ),
    },
  );
  const counts = countsOf(findings);
  output.result({ type: 'check', counts }, verdictText(counts, output.colours));
  return exitCodeOf(counts);
}

function tell(output: CommandContext['output'], found: readonly Finding[]): void {
  for (const finding of found) output.result(findingRecord(finding));
  const [first] = found;
  if (first && !output.json) output.result({ type: 'section' }, sectionText(first.subject, found, output));
}
