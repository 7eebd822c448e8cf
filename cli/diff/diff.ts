import type { Command } from '../command';
import type { CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import type { ImageSource } from '../../operations/images/imageSource';
import { COPY_OPTION, readCopy, withImageSource, type CopyChoice } from '../copyOption';
import { utc } from '../../core/units';
import { locatedTable } from '../../settings/configuredTable';
import { knownTable } from '../../operations/tables';
import { diffTable } from '../../operations/diff/diffTable';
import { reportDiff, watchDiff } from './reporting';

export interface DiffOptions {
  readonly tableName: string;
  readonly fromMs: number;
  /** Undefined: now. */
  readonly toMs?: number;
  readonly copy: CopyChoice;
  readonly summary: boolean;
}

export const diff: Command<DiffOptions> = {
  usage: 'TABLE --from MOMENT [--to MOMENT] [options]',
  description:
    'Shows what changed in a table between two moments: items added, removed and changed, with what changed inside them. Reads a bucket (or a copy of it) and never the table. ' +
    'Exit code 0: nothing changed. 3: something did, or the state of an item at one of the moments is not known.',
  examples: [
    {
      does: 'What did the migration of 14:05 do?',
      command: 'dcs diff users --from 2026-11-23T14:04:00Z --to 2026-11-23T14:20:00Z',
    },
    { does: 'How much has changed in the last day?', command: 'dcs diff users --from "1 day ago" --summary' },
  ],
  positionals: ['TABLE'],
  options: {
    from: { type: 'string', value: 'MOMENT', help: 'The earlier moment: a time with its zone, or how long ago.' },
    to: { type: 'string', value: 'MOMENT', help: 'The later moment. Default: now.' },
    ...COPY_OPTION,
    summary: { type: 'boolean', help: 'Print the counts only.' },
  },
  formerly: { in: '--copy' },
  read(given) {
    const [fromMs, toMs] = [given.moment('from'), given.moment('to')];
    if (!given.has('from')) given.problem('--from is missing; write the earlier moment: --from "2 hours ago"');
    if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
      given.problem(`--from (${utc(fromMs)}) is not before --to (${utc(toMs)}); exchange them`);
    }
    return {
      tableName: given.positional(0),
      fromMs: fromMs ?? 0,
      toMs,
      copy: readCopy(given),
      summary: given.flag('summary'),
    };
  },
  run: runDiff,
};

export function runDiff(options: DiffOptions, context: CommandContext): Promise<ExitCode> {
  return withImageSource(options.copy, context, (source) => diffIn(source, options, context));
}

async function diffIn(source: ImageSource, options: DiffOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal, nowMs } = context;
  const [fromMs, toMs] = [options.fromMs, options.toMs ?? nowMs()];
  const { table } = await knownTable(source, locatedTable(context.settings, options.tableName), { momentMs: toMs });
  output.say(`Changes of ${options.tableName} from ${utc(fromMs)} to ${utc(toMs)} in ${source.name}.`);

  const { end, ...watch } = watchDiff(output, options.summary);
  const counts = await diffTable({ source, table, fromMs, toMs, signal, watch });
  end();
  reportDiff(output, { table: options.tableName, fromMs, toMs, in: source.name, counts });
  return counts.added + counts.removed + counts.changed + counts.unknown > 0 ? EXIT.differences : EXIT.done;
}
