import { objectKeyOf } from '../../core/objectKey';
import type { Command } from '../command';
import type { CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import type { ImageSource } from '../../operations/images/imageSource';
import { COPY_OPTION, readCopy, withImageSource, type CopyChoice } from '../copyOption';
import { parseKeys } from '../keys';
import { locatedTable } from '../../settings/configuredTable';
import { knownTable } from '../../operations/tables';
import { historyOfItem, noImage, versionOfItem } from '../../operations/history/historyOfItem';
import { stateTimeOf } from '../moments';
import { tableCreatedAt } from '../../operations/formerTable';
import { stateOfObject, type StateRequest } from '../../operations/images/stateOfObject';
import { CouldNotLookError, UsageError } from '../../core/errors';
import type { Moment } from '../../core/commandLine/moment';
import { reportHistory, showState, showVersion, watchHistory } from './reporting';

export interface HistoryOptions {
  readonly tableName: string;
  readonly key: string;
  readonly copy: CopyChoice;
  /** Number of a version in the history, or its S3 version id. */
  readonly show?: string;
  /** The item as it was at this moment. */
  readonly at?: Moment;
  readonly since?: Moment;
  /** So many versions, the newest ones. */
  readonly limit?: number;
  readonly dynamodbJson: boolean;
}

export const history: Command<HistoryOptions> = {
  usage: 'TABLE --key JSON [options]',
  description:
    'Shows every version of one item, oldest change first: when, what happened, who did it (a user, or time to live), its size, and what changed since the version before. ' +
    'Where the chain of images shows that a change is missing, or an image states a later time than S3 stored it, it says so, and the exit code is 3.',
  examples: [
    { does: 'What happened to this user?', command: `dcs history users --key '{"id":"1274aad3"}'` },
    {
      does: 'An item with a sort key, and one version of it as it was',
      command: `dcs history orders --key '{"customerId":"c1","orderedAt":1764000000}' --show 3`,
    },
    {
      does: 'What was it before the migration, and what has happened to it since?',
      command: `dcs history users --key '{"id":"1274aad3"}' --at 2026-11-23T14:04:00Z\n  dcs history users --key '{"id":"1274aad3"}' --since 2026-11-23T14:04:00Z`,
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
    at: {
      type: 'string',
      value: 'MOMENT',
      help: 'Print the item as it was at this moment: a time with its zone (all that happened within that second is in it), or how long ago by the clock of S3.',
    },
    since: {
      type: 'string',
      value: 'MOMENT',
      help: 'Only changes after this moment (what happened within that second is not shown).',
    },
    limit: { type: 'string', value: 'N', help: 'Only so many versions, the newest ones. Their numbers stay.' },
    'dynamodb-json': { type: 'boolean', help: 'With --show or --at: DynamoDB JSON instead of plain JSON.' },
    ...COPY_OPTION,
  },
  formerly: { from: '--copy' },
  read(given) {
    const key = given.text('key');
    if (key === undefined) given.problem(`--key is missing; write which item: --key '{"id":"a"}'`);
    given.needs('dynamodb-json', 'show', 'at');
    for (const other of ['since', 'limit']) given.atMostOneOf('show', 'at', other);
    return {
      tableName: given.positional(0),
      key: key ?? '',
      copy: readCopy(given),
      show: given.text('show'),
      at: given.moment('at'),
      since: given.moment('since'),
      limit: given.wholeNumber('limit', 1, 1_000_000),
      dynamodbJson: given.flag('dynamodb-json'),
    };
  },
  whenStopped: () => 'startsAnew',
  run: runHistory,
};

export function runHistory(options: HistoryOptions, context: CommandContext): Promise<ExitCode> {
  return withImageSource(options.copy, context, (source) => historyIn(source, options, context));
}

async function historyIn(source: ImageSource, options: HistoryOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal } = context;
  const { table } = await knownTable(source, locatedTable(context.settings, options.tableName), { momentMs: Infinity });
  const objectKey = objectKeyOf(table, table.keySchema, parseKeys(options.key, table, '--key'));
  const { at, since, copy, limit } = options;
  if (at) return showItemAt({ source, table, objectKey }, { ...options, at }, context);
  const sinceMs = since && (await stateTimeOf('since', since, copy, context));
  const request = { source, table, objectKey, signal, range: { sinceMs, limit }, watch: watchHistory(output) };
  if (options.show !== undefined) {
    const shown = await versionOfItem(request, options.show);
    if (shown) {
      showVersion(output, objectKey, shown, options.dynamodbJson);
      return EXIT.done;
    }
    throw new UsageError([`--show ${options.show}: there is no such version; dcs history without --show lists them`]);
  }
  const counts = await historyOfItem(request);
  reportHistory(output, { objectKey, from: source.name, counts, isPart: limit !== undefined || since !== undefined });
  return counts.gaps + counts.unreadable + counts.ahead > 0 ? EXIT.differences : EXIT.done;
}

/** Exit code 3 where nobody knows what it was. */
async function showItemAt(
  { source, table, objectKey }: Pick<StateRequest, 'source' | 'table'> & { readonly objectKey: string },
  { at, copy, dynamodbJson }: HistoryOptions & { readonly at: Moment },
  context: CommandContext,
): Promise<ExitCode> {
  const momentMs = await stateTimeOf('at', at, copy, context);
  const history = await source.history(objectKey);
  if (!history) throw new CouldNotLookError(noImage(source.name, objectKey));
  const createdAtMs = await tableCreatedAt(source, table, momentMs);
  const state = await stateOfObject({ source, table, momentMs, createdAtMs }, history);
  showState(context.output, state, momentMs, dynamodbJson);
  return state.is === 'item' || state.is === 'absent' ? EXIT.done : EXIT.differences;
}
