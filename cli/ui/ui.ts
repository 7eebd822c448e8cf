import { once } from 'node:events';
import path from 'node:path';
import { dynamoDbBatchTable } from '../../aws/batchTable';
import { s3CurrentLister } from '../../aws/currentObjects';
import { newestReports } from '../../aws/reports';
import { s3TextStore } from '../../aws/textStore';
import { CouldNotLookError } from '../../core/errors';
import { forShell } from '../../core/forShell';
import type { OptionReader } from '../../core/commandLine/optionReader';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { lookAtTables } from '../../operations/status/lookAtTables';
import { locatedTable } from '../../settings/configuredTable';
import { partsOf } from '../../settings/parts';
import { uiApi } from '../../ui/api';
import type { UiPlaces } from '../../ui/places';
import { pageFiles, type BuiltPage } from '../../ui/files';
import { serveUi } from '../../ui/serve';
import type { Command } from '../command';
import { bucketIn, connectTarget, connectToLook, type CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import { clockToLook } from '../lookingClock';
import { SETTINGS_OPTIONS } from '../settingsOptions';
import { SIDE_OPTIONS } from '../sideOptions';
import { openBrowser } from './openBrowser';

// What `cli/bundle.ts` puts in.
declare const DCS_PAGE: BuiltPage | undefined;

export interface UiOptions {
  /** None: all tables of the settings. */
  readonly tableNames: readonly string[];
  readonly isOpened: boolean;
  /** What was said on the command line besides that, and a copied command has to say again; quoted for a shell. */
  readonly saidAgain: string;
}

const IDLE_MS = 30 * 60_000;

export const ui: Command<UiOptions> = {
  usage: '[TABLE...] [options]',
  description:
    'Serves a page on this machine, on which a window of time is picked, what changed in it is looked at, and the command that undoes it is copied. The page changes nothing; neither table nor bucket is written. ' +
    'It reads the destination bucket, and the live table for the plan.\n' +
    'It listens on the loopback address only. The address that is printed has a token in it, new with each start: whoever has it sees the data of the tables. It ends with Ctrl-C (exit code 130), or when nobody has asked for anything for 30 minutes.',
  examples: [
    { does: 'All tables of the settings, in the browser', command: 'dcs ui' },
    { does: 'One table; open the address by hand', command: 'dcs ui users --no-open' },
  ],
  positionals: [],
  furtherPositionals: 'TABLE',
  options: { 'no-open': { type: 'boolean', help: 'Print the address only.' } },
  read: (given) => ({
    tableNames: given.positionals(),
    isOpened: !given.flag('no-open'),
    saidAgain: saidAgain(given),
  }),
  whenStopped: () => 'ends',
  run: runUi,
};

export async function runUi(options: UiOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal } = context;
  if (typeof DCS_PAGE === 'undefined') {
    throw new CouldNotLookError(
      'this dcs was started from its sources, without the page; npm run bundle builds it, and npx dcs has it',
    );
  }
  const api = uiApi(await placesOf(options, context));
  const server = await serveUi({ files: pageFiles(DCS_PAGE), api, idleMs: IDLE_MS });
  let removeFile: () => Promise<void> = () => Promise.resolve();
  try {
    output.result({ type: 'ui', address: server.address }, server.address);
    output.say('Whoever has this address sees the data of the tables. Ctrl-C ends it.');
    if (options.isOpened) removeFile = await openBrowser(server.address);
    await Promise.race([server.idle, signal.aborted ? undefined : once(signal, 'abort')]);
    signal.throwIfAborted();
    output.say('Nobody has asked for anything for 30 minutes.');
    return EXIT.done;
  } finally {
    await server.stop();
    await removeFile();
  }
}

async function placesOf({ tableNames, saidAgain }: UiOptions, context: CommandContext): Promise<UiPlaces> {
  const { settings, pause } = context;
  const named = tableNames.length > 0 ? tableNames : partsOf(settings, ['tables']).tables.map(({ name }) => name);
  const tables = [...new Set(named)].map((name) => locatedTable(settings, name));
  const bucket = bucketIn(context, 'destination');
  const clock = await clockToLook(context);
  const { prefix, alarms, source, destination } = settings;
  const looking = { ...bucket, ...connectToLook(context, 'destination').s3 };
  const keptDays = destination?.lifecycle.noncurrentVersionExpirationDays ?? undefined;
  return {
    copy: `s3://${bucket.bucket}`,
    accounts: [source, destination]
      .flatMap((side) => (side ? [`${side.accountId} in ${side.region}`] : []))
      .join(' → '),
    tables,
    source: s3ImageSource(bucket),
    parked: source && parkedIn(source.bucketName, context),
    nowMs: () => (clock.isKnown ? clock.nowMs() : null),
    findings: (signal) =>
      lookAtTables({
        ...{ tables, prefix, signal, keptDays, destinationBucket: looking, nowMs: clock.nowMs },
        ...{ mostSeconds: alarms.replicaAgeSeconds, renewsLocks: false },
      }),
    liveTable: (tableName, signal) => {
      const { dynamoDb } = connectTarget(context, 'source');
      return dynamoDbBatchTable(tableName, dynamoDb, { signal, pause: (ms) => pause(ms, signal) });
    },
    reports: (table, kind, most) => newestReports(bucket, table, kind, most),
    options: saidAgain,
    hidden: new Set(settings.ui.hiddenAttributes),
  };
}

function parkedIn(bucket: string, context: CommandContext): UiPlaces['parked'] {
  const place = { bucket, ...connectToLook(context, 'source').s3 };
  return { lister: s3CurrentLister(place), texts: s3TextStore(place) };
}

/** A copied command is pasted into a shell of the same folder and environment. */
function saidAgain(given: OptionReader): string {
  const names = ['config', ...Object.keys(SIDE_OPTIONS), ...Object.keys(SETTINGS_OPTIONS)];
  return names
    .flatMap((name) => given.texts(name).map((word) => [name, name === 'config' ? path.resolve(word) : word] as const))
    .map(([name, word]) => `--${name} ${forShell(word)}`)
    .join(' ');
}
