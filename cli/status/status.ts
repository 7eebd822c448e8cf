import type { Command } from '../command';
import { checkContext } from '../../operations/check/checkContext';
import { countsOf, exitCodeOf, sectionText } from '../check/reporting';
import type { Finding } from '../../operations/check/finding';
import { bucketIn, connectToLook, type CommandContext } from '../context';
import { clockToLook, type LookingClock } from '../lookingClock';
import type { ExitCode } from '../exitCodes';
import { utc } from '../../core/units';
import type { Colours } from '../output/colours';
import { lookAtTables, type StatusRequest } from '../../operations/status/lookAtTables';
import { locatedTable } from '../../settings/configuredTable';
import { renewedLocks } from '../../settings/lockRule';
import { hasParts, partsOf } from '../../settings/parts';

export interface StatusOptions {
  /** None: all tables of the settings. */
  readonly tableNames: readonly string[];
  readonly watchSeconds: number | undefined;
}

export const status: Command<StatusOptions> = {
  usage: '[TABLE...] [options]',
  description:
    'Shows where each table stands: its stream and event source mapping, how far capture is behind, the newest image and the newest replica, parked batches, what replication still has to do and what it gave up, when the copy was last verified and drilled, and the recovery point: how old the newest replica of the heartbeat is. ' +
    'With the destination account alone, also by options and without a settings file, it shows what that holds, and says what could not be looked at.\n' +
    'The newest image is looked for among the first 10,000 objects of a table, for S3 lists by key: at most ten requests for each bucket and table. In a larger table it is the newest of those, and says so. Images under delete markers are looked for among the first 10,000 versions.\n' +
    'Exit code 3 when something has to be done (parked batches, a mapping that is not enabled, failed replication, images under delete markers, a lag of more than an hour, an old recovery point, a last verify or drill with differences), 4 when nothing has but not everything could be looked at.',
  examples: [
    { does: 'One table', command: 'dcs status users' },
    { does: 'All tables, looked at again every minute', command: 'dcs status --watch 60' },
    {
      does: 'The source account is lost, and there is no settings file',
      command: 'dcs status users --destination-bucket example-dcs-destination --destination-region eu-west-1',
    },
    { does: 'For a script', command: `dcs status --json | jq 'select(.verdict == "problem")'` },
  ],
  positionals: [],
  furtherPositionals: 'TABLE',
  options: {
    watch: {
      type: 'string',
      value: 'SECONDS',
      help: 'Look again this often, 5 to 3600, until Ctrl-C (exit code 130). Default: look once.',
    },
  },
  read: (given) => ({
    tableNames: given.positionals(),
    watchSeconds: given.wholeNumber('watch', 5, 3_600),
  }),
  run: runStatus,
};

const ID_WIDTH = 14;
const CLEAR_SCREEN = '\u001b[H\u001b[2J';

export async function runStatus(
  { tableNames, watchSeconds }: StatusOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { output, signal, pause } = context;
  const withClock = requestOf(tableNames, context);
  let clock = await clockToLook(context);
  // Colours are on exactly where a terminal shows them: the same place where a screen can be drawn again.
  const isScreen = output.colours.bold('x') !== 'x';
  for (;;) {
    const findings = await lookAtTables(withClock(clock.nowMs));
    for (const finding of findings) output.result(stateRecord(finding));
    const counts = countsOf(findings);
    const before = watchSeconds !== undefined && isScreen ? CLEAR_SCREEN : '';
    output.result(
      { type: 'status', at: clock.isKnown ? new Date(clock.nowMs()).toISOString() : null, counts },
      before + screen(findings, clock, output.colours),
    );
    if (watchSeconds === undefined) return exitCodeOf(counts);
    await pause(watchSeconds * 1_000, signal);
    if (!clock.isKnown) clock = await clockToLook(context);
  }
}

/** The whole deployment where the settings have it, else the copies of the tables that were named. */
function requestOf(tableNames: readonly string[], context: CommandContext): (nowMs: () => number) => StatusRequest {
  const { settings, signal, pause } = context;
  const named = tableNames.length > 0 ? tableNames : partsOf(settings, ['tables']).tables.map(({ name }) => name);
  const tables = [...new Set(named)].map((name) => locatedTable(settings, name));
  const looking = connectToLook(context, 'destination').s3;
  const { prefix, alarms } = settings;
  const renewsLocks = settings.destination !== undefined && renewedLocks(settings.destination) !== undefined;
  const watched = { prefix, mostSeconds: alarms.replicaAgeSeconds, renewsLocks };
  const copies = { ...watched, tables, signal, destinationBucket: { ...bucketIn(context, 'destination'), ...looking } };
  if (!hasParts(settings, ['source', 'destination', 'tables'])) return (nowMs) => ({ ...copies, nowMs });
  const sides = { source: connectToLook(context, 'source'), destination: connectToLook(context, 'destination') };
  return (nowMs) => ({
    ...{ ...copies, nowMs },
    deployment: checkContext(tableNames, { settings, signal, nowMs, pause, ...sides }),
  });
}

function stateRecord({ id, verdict, side, subject, found, remedy, values }: Finding) {
  return { type: 'state', id: id.replaceAll(' ', '-'), verdict, side, subject, found, remedy, ...values };
}

function screen(findings: readonly Finding[], { isKnown, nowMs }: LookingClock, colours: Colours): string {
  const subjects = [...new Set(findings.map(({ subject }) => subject))];
  const sections = subjects.map((subject) =>
    sectionText(
      subject,
      findings.filter((finding) => finding.subject === subject),
      colours,
      ID_WIDTH,
    ),
  );
  const { problem, cannotTell } = countsOf(findings);
  const verdict =
    problem > 0
      ? colours.bad(`${problem} to act on`)
      : cannotTell > 0
        ? colours.doubtful('Nothing to act on was seen, but not everything could be looked at')
        : colours.good('Nothing to act on');
  const asOf = isKnown ? utc(Math.floor(nowMs() / 1_000) * 1_000) : 'an unknown time: no service has told it';
  return [...sections, `${verdict}; as of ${asOf}`].join('\n');
}
