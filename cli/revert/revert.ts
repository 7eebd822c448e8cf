import { dynamoDbBatchTable } from '../../aws/batchTable';
import { dynamoDbConditionalWrites } from '../../aws/conditionalWrites';
import { CouldNotLookError, RefusedError, UsageError } from '../../core/errors';
import { tableIdOf } from '../../core/formerTable';
import { requireCaptured } from '../../operations/earliestMoment';
import { tableCreatedAt } from '../../operations/formerTable';
import type { ImageSource } from '../../operations/images/imageSource';
import { carryOutKeptPlan } from '../../operations/plan/carryOutKeptPlan';
import { changeWindow } from '../../operations/revert/changeWindow';
import { revertTable, type RevertOutcome } from '../../operations/revert/revertTable';
import { timeWindow, type WindowStates } from '../../operations/revert/windowStates';
import { requireKeysOfImages } from '../../operations/sameKeys';
import { knownTable, type KnownTable } from '../../operations/tables';
import { locatedTable } from '../../settings/configuredTable';
import type { Command } from '../command';
import { confirmed } from '../confirm';
import { connectTarget, requirePlaces, type CommandContext } from '../context';
import { withImageSource } from '../copyOption';
import { EXIT, type ExitCode } from '../exitCodes';
import { stateTimeOf } from '../moments';
import { isAllDone, watchKeptPlan } from '../keptPlan';
import { NOTHING_CHOSEN, selectionOf } from '../selectionOptions';
import { runEstimate } from '../costs/estimate';
import { revertEstimate } from './estimate';
import { readRevertOptions, REVERT_OPTIONS, type RevertOptions } from './options';
import { titleOf, watchRevert, type RevertSight } from './watch';

export const revert: Command<RevertOptions> = {
  usage: 'TABLE --from MOMENT [--to MOMENT] [options]',
  description:
    'Undoes what happened to a table in a window of time, and nothing else. An item that nobody has written since goes back to what it was before. ' +
    'Of one that was written later, each attribute by itself: what the window changed and nobody touched since goes back, later changes stay, and what both touched is a conflict, listed and left. ' +
    'Items that the window deleted are made again, and items that it made are deleted.\n' +
    'Each write happens only if the item is still what was read, so nothing that is written meanwhile is lost. Afterwards each item is read again and compared.\n' +
    'A plan that deletes or changes more than one item in ten asks first, or needs --yes. ' +
    'Exit code 3: something is left, and listed.\n' +
    NOTHING_CHOSEN,
  examples: [
    {
      does: 'The migration of 14:05 went wrong, and the shop stayed open: look first, then undo just that',
      command:
        'dcs revert users --from 2026-11-23T14:05:00Z --to 2026-11-23T14:07:00Z --dry-run\n  dcs revert users --from 2026-11-23T14:05:00Z --to 2026-11-23T14:07:00Z',
    },
    {
      does: 'Keep the plan, have somebody read it, carry out exactly that',
      command:
        'dcs revert users --from 2026-11-23T14:05:00Z --to 2026-11-23T14:07:00Z --dry-run --plan plan.jsonl\n  dcs revert users --plan plan.jsonl',
    },
    {
      does: 'Only what it closed by mistake',
      command: `dcs revert users --from "2 hours ago" --where "before.status=='open' && after.status=='closed'"`,
    },
    {
      does: 'One change of one item, by its sequence number in dcs history',
      command: `dcs revert users --key '{"id":"1274aad3"}' --change 4523100000000012345678901`,
    },
  ],
  positionals: ['TABLE'],
  options: REVERT_OPTIONS,
  read: readRevertOptions,
  whenStopped: ({ dryRun }) => (dryRun ? 'startsAnew' : 'continues'),
  run: runRevert,
};

export async function runRevert(options: RevertOptions, context: CommandContext): Promise<ExitCode> {
  const { estimate } = options;
  if (estimate) {
    return runEstimate(options.tableName, estimate, context, async (workload) =>
      revertEstimate(options, context, workload, await windowMs(options, context)),
    );
  }
  const isKept = options.planFile !== undefined && !options.dryRun;
  requirePlaces(context, isKept || options.copy.in === 'folder' ? [] : [options.copy.in], options.target);
  const sight = watchRevert(context.output, options);
  try {
    if (isKept) return await carriedOut(options.planFile, options, context, sight);
    const outcome = await withImageSource(options.copy, context, (source) => reverted(source, options, context, sight));
    sight.report(outcome.planned, outcome.done);
    return isAll(outcome) ? EXIT.done : EXIT.differences;
  } finally {
    sight.end();
  }
}

async function carriedOut(
  planFile: string,
  options: RevertOptions,
  context: CommandContext,
  sight: RevertSight,
): Promise<ExitCode> {
  const { signal, pause, nowMs, output } = context;
  const kept = watchKeptPlan(output);
  const done = await carryOutKeptPlan({
    ...{ planFile, verb: 'revert', target: tableOf(options, context), writesPerSecond: options.writeRate },
    ...{ signal, pause, nowMs, ...kept },
    mayDo: (why) => confirmed(why, options.yes),
  }).finally(kept.end);
  sight.report(undefined, done);
  return isAllDone(done) ? EXIT.done : EXIT.differences;
}

function tableOf({ into, target }: RevertOptions, context: CommandContext) {
  const { signal, pause } = context;
  const { dynamoDb } = connectTarget(context, target);
  const table = dynamoDbBatchTable(into, dynamoDb, { signal, pause: (ms) => pause(ms, signal) });
  return { ...table, ...dynamoDbConditionalWrites(into, dynamoDb, { signal, pause }) };
}

async function reverted(
  source: ImageSource,
  options: RevertOptions,
  context: CommandContext,
  sight: RevertSight,
): Promise<RevertOutcome> {
  const { output, signal, pause, nowMs } = context;
  const target = tableOf(options, context);
  const description = await target.describe();
  if (!description) {
    throw new CouldNotLookError(
      `there is no table ${options.into} to put anything back into; if it was deleted, dcs restore brings it back`,
    );
  }
  const { fromMs, toMs } = await windowOf(options, context);
  const known = await knownTable(source, locatedTable(context.settings, options.tableName), { momentMs: toMs });
  requireKeysOfImages(known.table.keySchema, options.into, description);
  const title = titleOf(options, { fromMs, toMs, source });
  output.say(title);
  const states = await statesOf({ source, known, fromMs, toMs }, options, signal);
  return revertTable({
    ...{ states, target, conflictRule: options.conflictRule, signal, pause, nowMs },
    header: { verb: 'revert', tableName: options.into, tableId: tableIdOf(description), title },
    itemCount: description.ItemCount ?? 0,
    selection: await selectionOf(options.selection, known.table),
    ...{ dryRun: options.dryRun, planFile: options.planFile, writesPerSecond: options.writeRate },
    mayDo: (why) => confirmed(why, options.yes),
    watch: sight.watch,
  });
}

async function windowOf({ from, to, change, copy }: RevertOptions, context: CommandContext) {
  if (!from || change !== undefined) return { fromMs: -Infinity, toMs: Infinity };
  const fromMs = await stateTimeOf('from', from, copy, context);
  const toMs = to ? await stateTimeOf('to', to, copy, context) : Infinity;
  if (fromMs < toMs) return { fromMs, toMs };
  throw new UsageError([`--from (${from.text}) is not before --to (${to?.text ?? ''}); exchange them`]);
}

/** How long the window is; NaN where nobody tells. */
async function windowMs(options: RevertOptions, context: CommandContext): Promise<number> {
  const { fromMs, toMs } = await windowOf(options, context);
  if (toMs < Infinity) return toMs - fromMs;
  return options.copy.in === 'folder' ? NaN : (await context.serviceClock(options.copy.in)).nowMs() - fromMs;
}

interface Window {
  readonly source: ImageSource;
  readonly known: KnownTable;
  readonly fromMs: number;
  readonly toMs: number;
}

async function statesOf(
  { source, known, fromMs, toMs }: Window,
  options: RevertOptions,
  signal: AbortSignal,
): Promise<WindowStates> {
  const { table } = known;
  if (options.change !== undefined) return changeWindow({ source, table, sequenceNumber: options.change });
  await requireCaptured(source, table, { words: `--from is ${options.from?.text ?? ''}`, ms: fromMs }, signal);
  const [createdAtFromMs, createdAtMs] = await Promise.all([
    tableCreatedAt(source, table, fromMs),
    tableCreatedAt(source, table, toMs),
  ]);
  if (createdAtFromMs !== createdAtMs) {
    throw new RefusedError(
      `the table was deleted and made again within the window; dcs restore ${table.tableName} --as-of with a moment before that brings the former one back`,
    );
  }
  return timeWindow({ source, table, fromMs, toMs, createdAtMs });
}

function isAll({ planned, done }: RevertOutcome): boolean {
  const { moved, rejected, differences } = done ?? { moved: 0, rejected: 0, differences: 0 };
  return planned.conflicts + planned.unknown + planned.unreadable + moved + rejected + differences === 0;
}
