import type { ObjectVersion } from '../../aws/objectVersions';
import { imageBody } from '../../core/image';
import { objectKeyOf } from '../../core/objectKey';
import { plainJson } from '../../core/plainJson';
import { readImage } from '../../core/readImage';
import type { Command } from '../command';
import type { CommandContext } from '../context';
import { CouldNotLookError, UsageError } from '../../core/errors';
import { EXIT, type ExitCode } from '../exitCodes';
import type { ImageSource } from '../../operations/images/imageSource';
import { COPY_OPTION, openSource, readCopy, type SourceChoice } from '../openSource';
import { parseKeys } from '../keys';
import { count, counted } from '../../core/units';
import { tableOf } from '../../settings/forCommands';
import { definitionAt, keyWordsOf } from '../../operations/tables';
import { itemHistory } from '../../operations/history/itemHistory';
import { entryText, entryRecord, gapRecord, gapText } from './reporting';

export interface HistoryOptions {
  readonly tableName: string;
  readonly key: string;
  readonly from: SourceChoice;
  /** Number of a version in the history, or its S3 version id. */
  readonly show?: string;
  readonly dynamodbJson: boolean;
}

export const history: Command<HistoryOptions> = {
  usage: 'TABLE --key JSON [options]',
  description:
    'Shows every version of one item, oldest change first: when, what happened, who did it (a user, or time to live), its size, and what changed since the version before. ' +
    'Where the chain of images shows that a change is missing, it says so, and the exit code is 3.',
  examples: [
    { does: 'What happened to this user?', command: `dcs history users --key '{"id":"1274aad3"}'` },
    {
      does: 'An item with a sort key, and one version of it as it was',
      command: `dcs history orders --key '{"customerId":"c1","orderedAt":1764000000}' --show 3`,
    },
    {
      does: 'The same for another tool, in DynamoDB JSON',
      command: `dcs history users --key '{"id":"1274aad3"}' --show 3 --dynamodb-json`,
    },
  ],
  positionals: ['TABLE'],
  options: {
    key: { type: 'string', value: 'JSON', help: `The item: '{"id":"a"}', or DynamoDB JSON; binary as base64.` },
    show: { type: 'string', value: 'VERSION', help: 'Print this version only: its number here, or its S3 version id.' },
    'dynamodb-json': { type: 'boolean', help: 'With --show: DynamoDB JSON instead of plain JSON.' },
    ...COPY_OPTION,
  },
  formerly: { from: '--copy' },
  read(given) {
    const key = given.text('key');
    if (key === undefined) given.problem(`--key is missing; write which item: --key '{"id":"a"}'`);
    given.needs('dynamodb-json', 'show');
    return {
      tableName: given.positional(0),
      key: key ?? '',
      from: readCopy(given),
      show: given.text('show'),
      dynamodbJson: given.flag('dynamodb-json'),
    };
  },
  run: runHistory,
};

export async function runHistory(options: HistoryOptions, context: CommandContext): Promise<ExitCode> {
  const source = await openSource(options.from, context);
  try {
    return await historyIn(source, options, context);
  } finally {
    await source.close?.();
  }
}

async function historyIn(source: ImageSource, options: HistoryOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal } = context;
  const table = tableOf(context.settings, options.tableName);
  const words = keyWordsOf(await definitionAt(source, table, Infinity), table);
  const objectKey = objectKeyOf(table, words.keySchema, parseKeys(options.key, words, '--key'));
  const found = await source.history(objectKey);
  if (!found) throw new CouldNotLookError(`${source.name} has no image under ${objectKey}`);

  const totals = { versions: 0, gaps: 0, unreadable: 0 };
  for await (const entry of itemHistory(source, found)) {
    signal.throwIfAborted();
    const { version, number } = entry;
    if (options.show !== undefined) {
      if (options.show !== String(number) && options.show !== version.versionId) continue;
      await showVersion(source, version, options, context);
      return EXIT.done;
    }
    totals.versions += 1;
    totals.gaps += entry.gaps.length;
    if (entry.problem !== undefined) totals.unreadable += 1;
    for (const gap of entry.gaps) output.result(gapRecord(gap, number), gapText(gap, output.colours));
    output.result(entryRecord(entry), entryText(entry, output.colours));
  }
  if (options.show !== undefined) {
    throw new UsageError([`--show ${options.show}: there is no such version; dcs history without --show lists them`]);
  }
  output.result({ type: 'history', objectKey, from: source.name, ...totals }, summary(objectKey, source.name, totals));
  return totals.gaps + totals.unreadable > 0 ? EXIT.differences : EXIT.done;
}

async function showVersion(
  source: ImageSource,
  { objectKey, versionId, storedAtMs }: ObjectVersion,
  { dynamodbJson }: HistoryOptions,
  { output }: CommandContext,
): Promise<void> {
  const object = await source.images.get(objectKey, versionId);
  const { item } = readImage({ ...object, storedAtMs });
  if (!item) output.say('This version is a delete: there was no item.');
  const text = !item ? undefined : dynamodbJson ? imageBody(item) : plainJson(item, 2);
  output.result({ type: 'item', objectKey, versionId, item: item ?? null }, text);
}

function summary(
  objectKey: string,
  name: string,
  { versions, gaps, unreadable }: { versions: number; gaps: number; unreadable: number },
): string {
  const chain = gaps === 0 ? 'no change is missing between them' : `${counted(gaps, 'gap')} in the chain`;
  const doubt = unreadable === 0 ? '' : `; ${count(unreadable)} cannot be read`;
  return `${objectKey} in ${name}: ${counted(versions, 'version')}, ${chain}${doubt}`;
}
