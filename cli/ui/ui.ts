import { once } from 'node:events';
import path from 'node:path';
import { dynamoDbBatchTable } from '../../aws/batchTable';
import { newestReports } from '../../aws/reports';
import { CouldNotLookError } from '../../core/errors';
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
import { openBrowser } from './openBrowser';

// What `cli/bundle.ts` puts in.
declare const DCS_PAGE: BuiltPage | undefined;

export interface UiOptions {
  /** None: all tables of the settings. */
  readonly tableNames: readonly string[];
  readonly isOpened: boolean;
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
  read: (given) => ({ tableNames: given.positionals(), isOpened: !given.flag('no-open') }),
  run: runUi,
};

export async function runUi({ tableNames, isOpened }: UiOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal } = context;
  if (typeof DCS_PAGE === 'undefined') {
    throw new CouldNotLookError(
      'this dcs was started from its sources, without the page; npm run bundle builds it, and npx dcs has it',
    );
  }
  const api = uiApi(await placesOf(tableNames, context));
  const server = await serveUi({ files: pageFiles(DCS_PAGE), api, idleMs: IDLE_MS });
  let removeFile: () => Promise<void> = () => Promise.resolve();
  try {
    output.result({ type: 'ui', address: server.address }, server.address);
    output.say('Whoever has this address sees the data of the tables. Ctrl-C ends it.');
    if (isOpened) removeFile = await openBrowser(server.address);
    await Promise.race([server.idle, signal.aborted ? undefined : once(signal, 'abort')]);
    signal.throwIfAborted();
    output.say('Nobody has asked for anything for 30 minutes.');
    return EXIT.done;
  } finally {
    await server.stop();
    await removeFile();
  }
}

async function placesOf(tableNames: readonly string[], context: CommandContext): Promise<UiPlaces> {
  const { settings, signal, pause } = context;
  const named = tableNames.length > 0 ? tableNames : partsOf(settings, ['tables']).tables.map(({ name }) => name);
  const tables = [...new Set(named)].map((name) => locatedTable(settings, name));
  const bucket = bucketIn(context, 'destination');
  const clock = await clockToLook(context);
  const { prefix, alarms, source, destination } = settings;
  const looking = { ...bucket, ...connectToLook(context, 'destination').s3 };
  return {
    copy: `s3://${bucket.bucket}`,
    accounts: [source, destination]
      .flatMap((side) => (side ? [`${side.accountId} in ${side.region}`] : []))
      .join(' → '),
    tables,
    source: s3ImageSource(bucket),
    nowMs: () => (clock.isKnown ? clock.nowMs() : null),
    findings: () =>
      lookAtTables({
        ...{ tables, prefix, signal, destinationBucket: looking, nowMs: clock.nowMs },
        ...{ mostSeconds: alarms.replicaAgeSeconds, renewsLocks: false },
      }),
    liveTable: (tableName) => {
      const { dynamoDb } = connectTarget(context, 'source');
      return dynamoDbBatchTable(tableName, dynamoDb, { signal, pause: (ms) => pause(ms, signal) });
    },
    reports: (table, kind, most) => newestReports(bucket, table, kind, most),
    globalOptions: globalOptionsOf(context),
    signal,
  };
}

/** The command is pasted into a shell of the same folder and environment; what a file option said is said again. */
function globalOptionsOf({ settings: { file }, env }: CommandContext): string {
  const isFoundAnyway = !file.isThere || env.DCS_CONFIG !== undefined || path.basename(file.path) === 'dcs.config.json';
  return isFoundAnyway ? '' : `--config '${file.path.replaceAll("'", "'\\''")}'`;
}
