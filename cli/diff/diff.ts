import type { Command } from '../command';
import type { CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import type { ImageSource } from '../../operations/images/imageSource';
import { COPY_OPTION, readCopy, withImageSource, type CopyChoice } from '../copyOption';
import { UsageError } from '../../core/errors';
import type { Moment } from '../../core/commandLine/moment';
import { secondOf } from '../../core/units';
import { stateTimeOf } from '../moments';
import { locatedTable } from '../../settings/configuredTable';
import { knownTable } from '../../operations/tables';
import { diffTable } from '../../operations/diff/diffTable';
import {
  NOTHING_CHOSEN,
  readSelection,
  SELECTION_OPTIONS,
  selectionOf,
  type SelectionOptions,
} from '../selectionOptions';
import { reportDiff, watchDiff } from './reporting';

export interface DiffOptions {
  readonly tableName: string;
  readonly from: Moment;
  /** Undefined: the newest images. */
  readonly to?: Moment;
  readonly selection: SelectionOptions;
  readonly copy: CopyChoice;
  readonly summary: boolean;
}

export const diff: Command<DiffOptions> = {
  usage: 'TABLE --from MOMENT [--to MOMENT] [options]',
  description:
    'Shows what changed in a table between two moments: items added, removed and changed, with what changed inside them. Reads a bucket (or a copy of it) and never the table. ' +
    'Exit code 0: nothing changed. 3: something did, or the state of an item at one of the moments is not known.\n' +
    NOTHING_CHOSEN,
  examples: [
    {
      does: 'What did the migration of 14:05 do?',
      command: 'dcs diff users --from 2026-11-23T14:04:00Z --to 2026-11-23T14:20:00Z',
    },
    {
      does: 'What happened to one customer, and what was closed by it',
      command: `dcs diff orders --from "2 hours ago" --partition c1 --where "after.status=='closed'"`,
    },
    { does: 'How much has changed in the last day?', command: 'dcs diff users --from "1 day ago" --summary' },
  ],
  positionals: ['TABLE'],
  options: {
    from: {
      type: 'string',
      value: 'MOMENT',
      help: 'The earlier moment: a time with its zone (what happened within that second is not shown), or how long ago by the clock of S3.',
    },
    to: {
      type: 'string',
      value: 'MOMENT',
      help: 'The later moment (what happened within that second is shown). Default: the newest images.',
    },
    ...SELECTION_OPTIONS,
    ...COPY_OPTION,
    summary: { type: 'boolean', help: 'Print the counts only.' },
  },
  formerly: { in: '--copy' },
  read(given) {
    if (!given.has('from')) given.problem('--from is missing; write the earlier moment: --from "2 hours ago"');
    return {
      tableName: given.positional(0),
      from: given.moment('from') ?? { text: '', agoMs: 0 },
      to: given.stateMoment('to'),
      selection: readSelection(given),
      copy: readCopy(given),
      summary: given.flag('summary'),
    };
  },
  whenStopped: () => 'startsAnew',
  run: runDiff,
};

export function runDiff(options: DiffOptions, context: CommandContext): Promise<ExitCode> {
  return withImageSource(options.copy, context, (source) => diffIn(source, options, context));
}

async function diffIn(source: ImageSource, options: DiffOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal } = context;
  const { from, to, copy } = options;
  const fromMs = await stateTimeOf('from', from, copy, context);
  const toMs = to ? await stateTimeOf('to', to, copy, context) : Infinity;
  if (fromMs >= toMs) {
    throw new UsageError([`--from (${secondOf(fromMs)}) is not before --to (${secondOf(toMs)}); exchange them`]);
  }
  const { table } = await knownTable(source, locatedTable(context.settings, options.tableName), { momentMs: toMs });
  const lastWords = toMs === Infinity ? 'the newest images' : secondOf(toMs);
  output.say(`Changes of ${options.tableName} after ${secondOf(fromMs)}, up to ${lastWords}, in ${source.name}.`);

  const { end, ...watch } = watchDiff(output, options.summary);
  const selection = await selectionOf(options.selection, table);
  const counts = await diffTable({ source, table, fromMs, toMs, selection, signal, watch });
  end();
  reportDiff(output, { table: options.tableName, fromMs, toMs, in: source.name, counts });
  return counts.added + counts.removed + counts.changed + counts.unknown > 0 ? EXIT.differences : EXIT.done;
}
