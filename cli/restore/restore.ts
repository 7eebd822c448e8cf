import type { Command } from '../command';
import { requirePlaces, type CommandContext } from '../context';
import { CouldNotLookError, RefusedError } from '../../core/errors';
import { tablePrefix } from '../../core/objectKey';
import { EXIT, type ExitCode } from '../exitCodes';
import type { ImageSource } from '../../operations/images/imageSource';
import { openSource } from '../openSource';
import { asOfWords, utc } from '../../core/units';
import { RESTORE_OPTIONS, readRestoreOptions, type RestoreOptions } from './options';
import { prepareRestore, type PreparedRestore } from './prepare';
import { finishTarget } from './finishing';
import { planWords, reportRestore, watchRestore } from './reporting';
import { KeptListing } from '../../operations/restore/keptListing';
import { requireAsPlanned, requireNothingNewer } from '../../operations/restore/beforeRestore';
import {
  restoreTable,
  type RestoreReport,
  type RestoreRequest,
  type RestoreWatch,
} from '../../operations/restore/restoreTable';
import { survey, thawWords, whenThawed, type Survey } from '../../operations/restore/survey';
import { creationOf } from '../../operations/restore/target';
import { tableIdOf } from '../../operations/restore/unfinished';

export const restore: Command<RestoreOptions> = {
  usage: 'TABLE --into NAME [options]',
  description:
    'Brings a table, or some of its items, back as it was at a moment. Reads the destination bucket unless told otherwise, and needs nothing of the source account then: where that bucket is, a settings file says or two options.\n' +
    'Whatever could not be brought back is listed by its key, and the exit code is 3. At the end the table is read again and compared with the plan. ' +
    'Stopped by Ctrl-C or a failure, the same command continues.\n' +
    'A moment before the first backfill is known only for items whose first change was captured; the others are listed as unknown and left alone.',
  examples: [
    {
      does: 'The region is gone: bring the newest state back as a new table',
      command: 'dcs restore users --into users',
    },
    {
      does: 'The same without a settings file: where the copy is, options say',
      command:
        'dcs restore users --into users --destination-bucket example-dcs-destination --destination-region eu-west-1',
    },
    {
      does: 'A migration at 14:05 went wrong: look first, then put the state of 14:04 over the live table',
      command:
        'dcs restore users --as-of 2026-11-23T14:04:00Z --into users --target source --mirror --dry-run\n  dcs restore users --as-of 2026-11-23T14:04:00Z --into users --target source --mirror',
    },
    {
      does: "One customer's items of two hours ago, back into the live table, nothing else touched",
      command: `dcs restore users --as-of "2 hours ago" --key '{"id":"1274aad3"}' --into users --target source --merge`,
    },
    {
      does: 'The source account was taken over at 03:10: believe nothing that arrived later',
      command: 'dcs restore users --as-of 2026-11-23T03:00:00Z --ignore-stored-after 2026-11-23T03:10:00Z --into users',
    },
    {
      does: 'From a downloaded copy, at 500 items a second',
      command: 'dcs restore users --copy folder:/mnt/copy --into users --write-rate 500',
    },
  ],
  positionals: ['TABLE'],
  options: RESTORE_OPTIONS,
  formerly: { from: '--copy' },
  read: readRestoreOptions,
  run: runRestore,
};

export async function runRestore(options: RestoreOptions, context: CommandContext): Promise<ExitCode> {
  requirePlaces(context, options.from.in === 'folder' ? [] : [options.from.in], options.target);
  const source = await openSource(options.from, context);
  const listing = new KeptListing();
  try {
    return await restoreFrom(source, listing, options, context);
  } finally {
    await listing.close();
    await source.close?.();
  }
}

async function restoreFrom(
  source: ImageSource,
  listing: KeptListing,
  options: RestoreOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { output, pause } = context;
  const prepared = await prepareRestore(source, options, context);
  const { momentMs, request, decision } = prepared;
  const asOf = `Restoring ${options.tableName} ${asOfWords(momentMs)} from ${source.name}.`;
  output.say(`${asOf} ${planWords(options, prepared)}`);

  const { nowMs } = options.from.in === 'folder' ? context : await context.serviceClock(options.from.in);
  const timeToLive = timeToLiveOf(prepared, nowMs());
  const base = {
    ...{ ...request, timeToLive, nowMs, pause, dryRun: options.dryRun, allowEmpty: options.allowEmpty },
    writesPerSecond: options.writeRate,
    ...(options.thaw && { whenArchived: whenThawed(request, options.thaw, pause) }),
  };
  const report = decision.isUnsaid
    ? await watched(output, 0, true, (watch) => requireAsPlanned({ ...base, watch }, options.into))
    : await carriedOut(listing, options, context, prepared, base);
  reportRestore(output, { options, prepared, report });
  const isDone = report.left === 0 && (report.differences ?? 0) === 0;
  const mayFinish = !options.dryRun && report.differences === 0;
  const isFinished = !mayFinish || (await finishTarget(options, prepared, context, report.expired));
  return isDone && isFinished ? EXIT.done : EXIT.differences;
}

function timeToLiveOf({ definition }: PreparedRestore, nowMs: number): RestoreRequest['timeToLive'] {
  const { timeToLiveAttributeName: attributeName } = definition;
  return attributeName === undefined ? undefined : { attributeName, nowMs };
}

async function carriedOut(
  listing: KeptListing,
  options: RestoreOptions,
  context: CommandContext,
  prepared: PreparedRestore,
  base: RestoreRequest,
): Promise<RestoreReport> {
  const { target, decision, notes } = prepared;
  const found = await surveyed(options, context, prepared, listing);
  if (decision.continuesMs !== undefined) await requireNothingNewer({ ...base, listing }, options.into);
  if (decision.create && !options.dryRun) await createTarget(options, context, prepared);
  return watched(context.output, found.objects, options.dryRun, (watch) =>
    restoreTable({
      ...{ ...base, listing, watch },
      async whenWritten() {
        const description = await target.describe();
        if (description) await notes.remove(tableIdOf(description));
      },
    }),
  );
}

async function watched(
  output: CommandContext['output'],
  objects: number,
  dryRun: boolean,
  work: (watch: RestoreWatch) => Promise<RestoreReport>,
): Promise<RestoreReport> {
  const watch = watchRestore(output, objects, dryRun);
  try {
    return await work(watch);
  } finally {
    watch.end();
  }
}

/** Looks at the bucket before anything is touched: is there anything, and is it all at hand? */
async function surveyed(
  { thaw, tableName }: RestoreOptions,
  { output }: CommandContext,
  { request }: PreparedRestore,
  listing: KeptListing,
): Promise<Survey> {
  const progress = output.progress('listed objects');
  const found = await survey(request, thaw, () => progress.add(1), listing);
  progress.end();
  if (found.objects === 0 && !request.keys) {
    throw new CouldNotLookError(
      `${request.source.name} has no images of ${tableName} under ${tablePrefix(request.table)}; check the table's name, the prefix in the settings or --prefix, and --copy`,
    );
  }
  if (found.archived.length === 0) return found;
  const words = thawWords(found, thaw?.tier ?? 'Standard').join('. ');
  if (thaw) output.say(`Asked back ${words}. Waiting; stop and run again whenever you like.`);
  else throw new RefusedError(`some images have to be asked back first: ${words}. Add --thaw to do so`);
  return found;
}

async function createTarget(
  { onDemand, into }: RestoreOptions,
  { output }: CommandContext,
  { target, definition, notes, momentMs }: PreparedRestore,
): Promise<void> {
  await target.create(creationOf(definition, onDemand) as Parameters<typeof target.create>[0]);
  const description = await target.describe();
  try {
    if (description) await notes.write({ tableId: tableIdOf(description), momentMs });
  } catch (error) {
    // The restore is as good without the note; only continuing it has to be asked for then.
    output.say(
      `No note could be kept that ${into} is being restored (${(error as Error).message}); if this is stopped, continue with --mirror${momentMs === Infinity ? '' : ` and --as-of ${utc(momentMs)}`}.`,
    );
  }
}
