import type { Command } from '../command';
import { checkContext } from '../../operations/check/checkContext';
import { inOurWay } from '../check/inOurWay';
import { countsOf, exitCodeOf, sectionText } from '../check/reporting';
import type { Finding } from '../../operations/check/finding';
import { bucketIn, connectToLook, type CommandContext } from '../context';
import { clockToLook } from '../lookingClock';
import type { ExitCode } from '../exitCodes';
import { utc } from '../../core/units';
import type { Output } from '../output/output';
import { lookAtTables, type StatusRequest } from '../../operations/status/lookAtTables';
import { tableRows } from '../../operations/status/tableRows';
import { locatedTable } from '../../settings/configuredTable';
import { renewedLocks } from '../../settings/lockRule';
import { hasParts, partsOf } from '../../settings/parts';
import { prometheusText, type Looked } from './prometheus';
import { rowsText } from './rows';

export interface StatusOptions {
  /** None: all tables of the settings. */
  readonly tableNames: readonly string[];
  readonly watchSeconds: number | undefined;
  /** Everything that was looked at, and not a line a table. */
  readonly details: boolean;
  readonly prometheus: boolean;
}

export const status: Command<StatusOptions> = {
  usage: '[TABLE...] [options]',
  description:
    'Shows a line a table: its recovery point (how long ago what a restore has is, as measured), how far back it can be restored (SINCE), its versions and their size in the destination bucket, how far capture is behind, and when the copy was last verified and drilled; below it, what has to be acted on. ' +
    '--details shows all that was looked at: stream and event source mapping, the newest image and the newest replica, parked batches, what replication still has to do and what it gave up, when the copy was last verified and drilled, and the recovery point: how old the newest replica of the heartbeat is. ' +
    'With the destination account alone, also by options and without a settings file, it shows what that holds, and says what could not be looked at.\n' +
    'The newest image is looked for among the first 10,000 objects of a table, for S3 lists by key: at most ten requests for each bucket and table. In a larger table it is the newest of those, and says so. Of a journal it is the newest of the last day, whose hours are looked at from the newest one on: one to three more requests for each bucket and table, and 36 at most, where the last change is many hours ago. What a journal has counts by the names of its objects: "≥" where it has runs too, for changes may be in those alone. Images under delete markers are looked for among the first 10,000 versions.\n' +
    'Exit code 3 when something has to be done (parked batches, a mapping that is not enabled, failed replication, images under delete markers, a lag of more than an hour, an old recovery point, a last verify or drill with differences, a drill that missed a target), 4 when nothing has but not everything could be looked at.',
  examples: [
    { does: 'One table', command: 'dcs status users' },
    { does: 'All tables, looked at again every minute', command: 'dcs status --watch 60' },
    {
      does: 'The source account is lost, and there is no settings file',
      command: 'dcs status users --destination-bucket example-dcs-destination --destination-region eu-west-1',
    },
    {
      does: 'For Prometheus, by the textfile collector of its node exporter',
      command: 'dcs status --prometheus > dcs.prom.tmp; mv dcs.prom.tmp dcs.prom',
    },
    { does: 'For a script', command: `dcs status --json | jq 'select(.verdict == "problem")'` },
  ],
  positionals: [],
  furtherPositionals: 'TABLE',
  options: {
    details: { type: 'boolean', help: 'Everything that was looked at, by subject.' },
    prometheus: {
      type: 'boolean',
      help: "Prometheus' text format on stdout, for scrapers: gauges, whose names begin with dcs_.",
    },
    watch: {
      type: 'string',
      value: 'SECONDS',
      help: 'Look again this often, 5 to 3600, until Ctrl-C (exit code 130). Default: look once.',
    },
  },
  read(given) {
    for (const other of ['watch', 'json', 'details']) given.atMostOneOf('prometheus', other);
    return {
      tableNames: given.positionals(),
      watchSeconds: given.wholeNumber('watch', 5, 3_600),
      details: given.flag('details'),
      prometheus: given.flag('prometheus'),
    };
  },
  whenStopped: ({ watchSeconds }) => (watchSeconds === undefined ? 'startsAnew' : 'ends'),
  run: runStatus,
};

const ID_WIDTH = 14;

export async function runStatus(
  { tableNames, watchSeconds, details, prometheus }: StatusOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { output, signal, pause } = context;
  const withClock = requestOf(tableNames, context);
  let clock = await clockToLook(context);
  // Colours are on exactly where a terminal shows them: the same place where a screen can be drawn again.
  const isScreen = output.colours.bold('x') !== 'x';
  for (;;) {
    const seen = await lookAtTables(withClock(clock.nowMs));
    const findings = seen.map((finding) => inOurWay(finding, context.settings));
    const rows = tableRows(findings, namesOf(tableNames, context));
    const counts = countsOf(findings);
    const nowMs = clock.isKnown ? clock.nowMs() : undefined;
    if (prometheus) {
      output.result({ type: 'prometheus' }, prometheusText({ findings, rows, nowMs }).trimEnd());
      return exitCodeOf(counts);
    }
    for (const finding of findings) output.result(stateRecord(finding));
    for (const row of rows) output.result({ type: 'table', ...row });
    if (watchSeconds !== undefined && isScreen) output.newScreen();
    output.result(
      { type: 'status', at: nowMs === undefined ? null : new Date(nowMs).toISOString(), counts },
      screen({ findings, rows, nowMs }, details, output),
    );
    if (watchSeconds === undefined) return exitCodeOf(counts);
    await pause(watchSeconds * 1_000, signal);
    if (!clock.isKnown) clock = await clockToLook(context);
  }
}

function namesOf(tableNames: readonly string[], { settings }: CommandContext): readonly string[] {
  if (tableNames.length > 0) return [...new Set(tableNames)];
  return partsOf(settings, ['tables']).tables.map(({ name }) => name);
}

/** The whole deployment where the settings have it, else the copies of the tables that were named. */
function requestOf(tableNames: readonly string[], context: CommandContext): (nowMs: () => number) => StatusRequest {
  const { settings, signal, pause } = context;
  const tables = namesOf(tableNames, context).map((name) => locatedTable(settings, name));
  const looking = connectToLook(context, 'destination').s3;
  const { prefix, alarms } = settings;
  const renewsLocks = settings.destination !== undefined && renewedLocks(settings.destination) !== undefined;
  const watched = { prefix, mostSeconds: alarms.replicaAgeSeconds, renewsLocks };
  const keptDays = settings.destination?.lifecycle.noncurrentVersionExpirationDays ?? undefined;
  const copies = {
    ...watched,
    tables,
    keptDays,
    signal,
    destinationBucket: { ...bucketIn(context, 'destination'), ...looking },
  };
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

function screen({ findings, rows, nowMs }: Looked, details: boolean, output: Output): string {
  const { colours } = output;
  const shown = details
    ? findings
    : findings.filter(({ verdict }) => verdict === 'problem' || verdict === 'cannotTell');
  const sections = [...new Set(shown.map(({ subject }) => subject))].map((subject) =>
    sectionText(
      subject,
      shown.filter((finding) => finding.subject === subject),
      output,
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
  const asOf = nowMs === undefined ? 'an unknown time: no service has told it' : utc(Math.floor(nowMs / 1_000) * 1_000);
  return [rowsText(rows, nowMs, colours), '', ...sections, `${verdict}; as of ${asOf}`].join('\n');
}
