import type { Moment } from '../../core/commandLine/moment';
import { imageBody } from '../../core/image';
import { plainJson } from '../../core/plainJson';
import { asOfWords, bytes, count, counted, utc } from '../../core/units';
import { requireCaptured } from '../../operations/earliestMoment';
import { tableCreatedAt } from '../../operations/formerTable';
import type { ImageSource } from '../../operations/images/imageSource';
import { listItems, type ListCounts, type ListWatch } from '../../operations/list/listItems';
import { knownTable } from '../../operations/tables';
import { locatedTable } from '../../settings/configuredTable';
import type { Command } from '../command';
import type { CommandContext } from '../context';
import { COPY_OPTION, readCopy, withImageSource, type CopyChoice } from '../copyOption';
import { EXIT, type ExitCode } from '../exitCodes';
import { stateTimeOf } from '../moments';
import type { Output } from '../output/output';
import {
  NOTHING_CHOSEN,
  readSelection,
  selectionOf,
  STATE_SELECTION_OPTIONS,
  type SelectionOptions,
} from '../selectionOptions';

export interface LsOptions {
  readonly tableName: string;
  readonly asOf?: Moment;
  readonly selection: SelectionOptions;
  readonly items: boolean;
  readonly dynamodbJson: boolean;
  readonly copy: CopyChoice;
}

export const ls: Command<LsOptions> = {
  usage: 'TABLE [--as-of MOMENT] [options]',
  description:
    'Lists what was in a table at a moment, from a bucket (or a copy of it) alone: keys, sizes, and when each item was last changed, in no order. ' +
    'Exit code 3: what some item was at the moment is not known, and listed.\n' +
    NOTHING_CHOSEN,
  examples: [
    { does: 'What was in it an hour ago?', command: 'dcs ls users --as-of "1 hour ago"' },
    { does: 'All orders of one customer, whole', command: 'dcs ls orders --partition c1 --items' },
    {
      does: 'The items of one kind, for another tool: a line each in the format of an export',
      command: `dcs ls users --where "item.status=='closed'" --items --dynamodb-json`,
    },
  ],
  positionals: ['TABLE'],
  options: {
    'as-of': {
      type: 'string',
      value: 'MOMENT',
      help: 'A time with its zone (all that happened within that second is in it), or how long ago by the clock of S3. Default: the newest images.',
    },
    ...STATE_SELECTION_OPTIONS,
    items: { type: 'boolean', help: 'The items whole, a line each.' },
    'dynamodb-json': { type: 'boolean', help: 'With --items: DynamoDB JSON instead of plain JSON.' },
    ...COPY_OPTION,
  },
  read(given) {
    given.needs('dynamodb-json', 'items');
    return {
      tableName: given.positional(0),
      asOf: given.stateMoment('as-of'),
      selection: readSelection(given),
      items: given.flag('items'),
      dynamodbJson: given.flag('dynamodb-json'),
      copy: readCopy(given),
    };
  },
  whenStopped: () => 'startsAnew',
  run: runLs,
};

export function runLs(options: LsOptions, context: CommandContext): Promise<ExitCode> {
  return withImageSource(options.copy, context, (source) => listIn(source, options, context));
}

async function listIn(source: ImageSource, options: LsOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal, settings } = context;
  const { asOf, copy, tableName } = options;
  const momentMs = asOf ? await stateTimeOf('as-of', asOf, copy, context) : Infinity;
  const { table } = await knownTable(source, locatedTable(settings, tableName), { momentMs });
  if (asOf) await requireCaptured(source, table, { words: `--as-of is ${asOf.text}`, ms: momentMs }, signal);
  const createdAtMs = await tableCreatedAt(source, table, momentMs);
  const selection = await selectionOf(options.selection, table);
  const { end, ...watch } = watchList(output, options);
  try {
    const counts = await listItems({ source, table, momentMs, createdAtMs, selection, signal, watch });
    end();
    report(output, { table: tableName, in: source.name, momentMs, counts });
    return counts.unknown + counts.unreadable > 0 ? EXIT.differences : EXIT.done;
  } finally {
    end();
  }
}

function watchList(output: Output, { items, dynamodbJson }: LsOptions): ListWatch & { end: () => void } {
  const progress = output.progress('looked at items');
  return {
    onLooked: () => progress.add(1),
    onItem({ objectKey, keys, item, sizeBytes, changedAtMs }) {
      const record = { type: 'listed', objectKey, keys, sizeBytes, changedAt: new Date(changedAtMs).toISOString() };
      const whole = dynamodbJson ? imageBody(item) : plainJson(item);
      const short = `${utc(changedAtMs)}  ${bytes(sizeBytes).padStart(8)}  ${plainJson(keys)}`;
      output.result(items ? { ...record, item } : record, items ? whole : short);
    },
    onUnknown: ({ objectKey, why, reason }) =>
      output.result({ type: 'left', objectKey, why, reason }, `? ${objectKey}  ${why}: ${reason}`),
    end: () => progress.end(),
  };
}

function report(
  output: Output,
  found: { table: string; in: string; momentMs: number; counts: Readonly<ListCounts> },
): void {
  const { table, momentMs, counts } = found;
  const { items, absent, unknown, unreadable } = counts;
  const left = unknown + unreadable > 0 ? `, not known ${count(unknown)}, unreadable ${count(unreadable)}` : '';
  output.result({ type: 'ls', table, in: found.in, asOf: momentMs === Infinity ? null : utc(momentMs), counts });
  // stdout is the items alone, for whatever reads them.
  output.say(
    `${table} ${asOfWords(momentMs)} in ${found.in}: ${counted(items, 'item')}, ${bytes(counts.bytes)}; not there ${count(absent)}${left}`,
  );
}
