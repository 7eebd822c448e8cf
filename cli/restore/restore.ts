import type { Command } from '../command';
import type { CommandContext } from '../context';
import { CouldNotLookError, RefusedError } from '../../core/errors';
import { EXIT, type ExitCode } from '../exitCodes';
import type { ImageSource } from '../../operations/images/imageSource';
import { openSource } from '../openSource';
import { utc } from '../../core/units';
import { realPause } from '../../operations/pace';
import { RESTORE_OPTIONS, readRestoreOptions, type RestoreOptions } from './options';
import { prepareRestore, type PreparedRestore } from './prepare';
import { planWords, reportRestore, watchRestore } from './reporting';
import { restoreTable } from '../../operations/restore/restoreTable';
import { survey, thawWords, whenThawed, type Survey } from '../../operations/restore/survey';
import { creationOf, finishTable } from '../../operations/restore/target';
import { tableIdOf } from '../../operations/restore/unfinished';

export const restore: Command<RestoreOptions> = {
  usage: 'TABLE --into NAME [options]',
  description:
    'Brings a table, or some of its items, back as it was at a moment. Reads the destination bucket unless told otherwise, and needs nothing of the source account then.\n' +
    'Whatever could not be brought back is listed by its key, and the exit code is 3. At the end the table is read again and compared with the plan. ' +
    'Stopped by Ctrl-C or a failure, the same command continues.\n' +
    'A moment before the first backfill is known only for items whose first change was captured; the others are listed as unknown and left alone.',
  examples: [
    {
      does: 'The region is gone: bring the newest state back as a new table',
      command: 'dcs restore users --into users',
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
  const source = await openSource(options.from, context);
  try {
    return await restoreFrom(source, options, context);
  } finally {
    await source.close?.();
  }
}

async function restoreFrom(source: ImageSource, options: RestoreOptions, context: CommandContext): Promise<ExitCode> {
  const { output, nowMs } = context;
  const prepared = await prepareRestore(source, options, context);
  const { momentMs, request, decision } = prepared;
  const asOf = `Restoring ${options.tableName} as of ${utc(momentMs)} from ${source.name}.`;
  output.say(`${asOf} ${planWords(options, prepared)}`);

  const found = await surveyed(options, context, prepared);
  if (decision.create && !options.dryRun) await createTarget(options, context, prepared);
  const watch = watchRestore(output, found.objects, options.dryRun);
  const report = await restoreTable({
    ...request,
    ...{ nowMs, watch, dryRun: options.dryRun, allowEmpty: options.allowEmpty, writesPerSecond: options.writeRate },
    ...(options.thaw && { whenArchived: whenThawed(request, options.thaw, realPause) }),
  });
  watch.end();
  if (!options.dryRun && report.differences === 0) await finishTarget(prepared, context);
  reportRestore(output, { options, prepared, report });
  return report.left === 0 && (report.differences ?? 0) === 0 ? EXIT.done : EXIT.differences;
}

/** Looks at the bucket before anything is touched: is there anything, and is it all at hand? */
async function surveyed(
  { thaw, tableName }: RestoreOptions,
  { output }: CommandContext,
  { request }: PreparedRestore,
): Promise<Survey> {
  const progress = output.progress('listed objects');
  const found = await survey(request, thaw, () => progress.add(1));
  progress.end();
  if (found.objects === 0 && !request.keys) {
    throw new CouldNotLookError(
      `${request.source.name} has no images of ${tableName} under ${request.table.prefix}${tableName}/; check the table's name, the prefix in the settings, and --copy`,
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
      `No note could be kept that ${into} is being restored (${(error as Error).message}); if this is stopped, continue with --mirror and --as-of ${utc(momentMs)}.`,
    );
  }
}

/** Sets what waits for the items, on a table that this restore or the one it continues has made. */
async function finishTarget(prepared: PreparedRestore, { output }: CommandContext): Promise<void> {
  const { target, definition, decision, notes } = prepared;
  if (!decision.create && decision.continuesMs === undefined) return;
  const done = await finishTable(target, definition);
  if (done.length > 0) output.say(`Set on ${target.tableName}: ${done.join(', ')}.`);
  const description = await target.describe();
  if (description) await notes.remove(tableIdOf(description));
}
