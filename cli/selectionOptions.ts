import { UsageError } from '../core/errors';
import type { OptionReader } from '../core/commandLine/optionReader';
import type { OptionTable } from '../core/commandLine/parse';
import type { KeyWords } from '../settings/configuredTable';
import type { SelectedChange, Selection } from '../operations/selection';
import { forShell } from '../core/forShell';
import type { Output } from './output/output';
import { keysGiven } from './keyOptions';
import { parsePartition } from './keys';
import { whereOf } from './where';

/** Which items a command is about, as it was written. */
export interface SelectionOptions {
  readonly keys: readonly string[];
  readonly keysFrom?: string;
  readonly partition?: string;
  readonly keyPrefix?: string;
  readonly where?: string;
  readonly event?: Event;
  readonly deletedBy?: string;
}

const EVENTS = ['insert', 'modify', 'remove'] as const;
type Event = (typeof EVENTS)[number];

/** What commands that choose so say of it in their help. */
export const NOTHING_CHOSEN =
  'Where nothing is chosen: a key without an image is listed as unknown (exit code 3), a partition or prefix without one cannot be looked at (4), and an expression that no item meets is no failure (0).';

/** By the keys of an item, and by what it is. */
export const STATE_SELECTION_OPTIONS: OptionTable = {
  key: {
    type: 'string',
    value: 'JSON',
    multiple: true,
    help: `This item only: '{"id":"a"}', or DynamoDB JSON; binary as base64.`,
  },
  'keys-from': {
    type: 'string',
    value: 'FILE',
    help: 'The items of the keys in this file only, one JSON object a line; - reads them from standard input. Lines of diff --json, ls --json and timeline --items --json will do.',
  },
  partition: {
    type: 'string',
    value: 'VALUE',
    help: 'The items of this value of the partition key only, whatever their sort keys.',
  },
  'key-prefix': {
    type: 'string',
    value: 'TEXT',
    help: 'The items whose partition key begins with this text only; with --partition, those whose sort key does.',
  },
  where: {
    type: 'string',
    value: 'EXPRESSION',
    help: `The items for which this JMESPath expression is true. It sees the item before and after (and item, the later one), as plain JSON: "after.status=='closed'". Numbers of more than 15 digits are text there.`,
  },
};

export const SELECTION_OPTIONS: OptionTable = {
  ...STATE_SELECTION_OPTIONS,
  event: { type: 'string', value: 'EVENT', help: 'What happened to the item in all: insert, modify or remove.' },
  'deleted-by': {
    type: 'string',
    value: 'SERVICE',
    help: 'The items that this service deleted: dynamodb.amazonaws.com is time to live; user is nobody of these.',
  },
};

export function readSelection(given: OptionReader): SelectionOptions {
  given.atMostOneOf('key', 'keys-from', 'partition');
  given.atMostOneOf('key', 'keys-from', 'key-prefix');
  return {
    keys: given.texts('key'),
    keysFrom: given.text('keys-from'),
    partition: given.text('partition'),
    keyPrefix: given.text('key-prefix'),
    where: given.text('where'),
    event: given.oneOf('event', EVENTS),
    deletedBy: given.text('deleted-by'),
  };
}

/** Whether anything was written. */
export function hasChoice({ keys, ...others }: SelectionOptions): boolean {
  return keys.length > 0 || Object.values(others).some((each: string | undefined) => each !== undefined);
}

/** Of an item of whose changes it cannot be told whether they are chosen: once, however many there are. */
export function tellUnknown(output: Output, told: Set<string>, objectKey: string, reason: string): void {
  if (told.has(objectKey)) return;
  told.add(objectKey);
  output.result({ type: 'left', why: 'unknown', objectKey, reason }, `? ${objectKey}  unknown: ${reason}`);
}

/** The options again, as they are typed. */
export function choiceWords(options: SelectionOptions): string {
  const { keys, keysFrom, partition, keyPrefix, where, event, deletedBy } = options;
  const given = { 'keys-from': keysFrom, partition, 'key-prefix': keyPrefix, where, event, 'deleted-by': deletedBy };
  return [
    ...keys.map((key) => `--key ${forShell(key)}`),
    ...Object.entries(given).flatMap(([name, word]) => (word === undefined ? [] : [`--${name} ${forShell(word)}`])),
  ].join(' ');
}

/** What was written, once the table's keys are known. @throws UsageError */
export async function selectionOf(options: SelectionOptions, words: KeyWords): Promise<Selection> {
  const { partition, keyPrefix, where, event, deletedBy } = options;
  const tests = [
    ...(where === undefined ? [] : [await whereOf(where)]),
    ...(event === undefined ? [] : [(change: SelectedChange) => eventOf(change) === event]),
    ...(deletedBy === undefined ? [] : [(change: SelectedChange) => isDeletedBy(change, deletedBy)]),
  ];
  const keys = await keysGiven(options)?.(words);
  return {
    ...(keys && { keys }),
    ...(partition !== undefined && { partition: parsePartition(partition, words) }),
    ...(keyPrefix !== undefined && { keyPrefix: readKeyPrefix(keyPrefix, words, partition !== undefined) }),
    ...(tests.length > 0 && { matches: (change) => tests.every((test) => test(change)) }),
  };
}

/** @throws UsageError where the key that it is the beginning of is no text */
function readKeyPrefix(keyPrefix: string, { keySchema, keyTypes }: KeyWords, isOfSortKey: boolean): string {
  const name = isOfSortKey ? keySchema.sortKey : keySchema.partitionKey;
  const type = name === undefined ? undefined : keyTypes[name];
  if (name !== undefined && (type === undefined || type === 'S')) return keyPrefix;
  const why = name === undefined ? 'the table has no sort key' : `${name} is of type ${type ?? ''}, no text`;
  throw new UsageError([`--key-prefix is ${JSON.stringify(keyPrefix)}; ${why}. Leave it out, or choose by --where`]);
}

function eventOf({ before, after }: SelectedChange): Event {
  return before ? (after ? 'modify' : 'remove') : 'insert';
}

function isDeletedBy(change: SelectedChange, wanted: string): boolean {
  return eventOf(change) === 'remove' && (change.deletedBy ?? 'user') === wanted;
}
