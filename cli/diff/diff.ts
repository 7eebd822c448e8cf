import type { AttributeMap } from '../../core/attributeValue';
import { plainJson } from '../../core/plainJson';
import { isImageKey, tablePrefix } from '../../core/objectKey';
import type { ObjectHistory } from '../../aws/objectVersions';
import type { Command } from '../command';
import type { CommandContext } from '../context';
import { CouldNotLookError } from '../../core/errors';
import { EXIT, type ExitCode } from '../exitCodes';
import type { ImageSource } from '../../operations/images/imageSource';
import { COPY_OPTION, openSource, readCopy, type SourceChoice } from '../openSource';
import { changeLines } from '../output/changes';
import type { Output } from '../output/output';
import { count, utc } from '../../core/units';
import { tableOf } from '../../settings/forCommands';
import { definitionAt, keyWordsOf } from '../../operations/tables';
import { diffTable, type ItemDifference } from '../../operations/diff/diffTable';

export interface DiffOptions {
  readonly tableName: string;
  readonly fromMs: number;
  /** Undefined: now. */
  readonly toMs?: number;
  readonly in: SourceChoice;
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
      in: readCopy(given),
      summary: given.flag('summary'),
    };
  },
  run: runDiff,
};

export async function runDiff(options: DiffOptions, context: CommandContext): Promise<ExitCode> {
  const source = await openSource(options.in, context);
  try {
    return await diffIn(source, options, context);
  } finally {
    await source.close?.();
  }
}

async function diffIn(source: ImageSource, options: DiffOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal, nowMs } = context;
  const configured = tableOf(context.settings, options.tableName);
  const [fromMs, toMs] = [options.fromMs, options.toMs ?? nowMs()];
  const { keySchema } = keyWordsOf(await definitionAt(source, configured, toMs), configured);
  output.say(`Changes of ${options.tableName} from ${utc(fromMs)} to ${utc(toMs)} in ${source.name}.`);

  const counts = { same: 0, added: 0, removed: 0, changed: 0, unknown: 0 };
  const progress = output.progress('compared items');
  const histories = images(source.histories(tablePrefix(configured), signal));
  const table = { ...configured, keySchema };
  for await (const difference of diffTable({ source, table, histories, fromMs, toMs, signal })) {
    counts[difference.is] += 1;
    progress.add(1);
    if (!options.summary) report(output, difference);
  }
  progress.end();
  const { same, added, removed, changed, unknown } = counts;
  if (same + added + removed + changed + unknown === 0) {
    throw new CouldNotLookError(`${source.name} has no images of ${options.tableName}; check table, prefix and --copy`);
  }
  output.result(
    { type: 'diff', table: options.tableName, from: utc(fromMs), to: utc(toMs), in: source.name, counts },
    `added ${count(added)}, removed ${count(removed)}, changed ${count(changed)}, the same ${count(same)}` +
      (unknown > 0 ? `, not known ${count(unknown)}` : ''),
  );
  return added + removed + changed + unknown > 0 ? EXIT.differences : EXIT.done;
}

async function* images(histories: AsyncIterable<ObjectHistory>): AsyncGenerator<ObjectHistory> {
  for await (const history of histories) if (isImageKey(history.objectKey)) yield history;
}

function report(output: Output, difference: ItemDifference): void {
  if (difference.is === 'same') return;
  if (difference.is === 'unknown') {
    const { objectKey, reason } = difference;
    output.result({ type: 'unknown', objectKey, reason }, `? ${objectKey}  ${reason}`);
    return;
  }
  const { is, objectKey, keys, changes } = difference;
  output.result({ type: is, objectKey, keys, changes }, itemText(is, keys, changeLines(changes, output.colours)));
}

function itemText(is: 'added' | 'removed' | 'changed', keys: AttributeMap, lines: string[]): string {
  return [`${is} ${plainJson(keys)}`, ...lines.map((line) => `    ${line}`)].join('\n');
}
