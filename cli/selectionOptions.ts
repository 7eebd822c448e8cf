import type { OptionReader } from '../core/commandLine/optionReader';
import type { OptionTable } from '../core/commandLine/parse';
import type { KeyWords } from '../settings/configuredTable';
import type { SelectedChange, Selection } from '../operations/selection';
import { keysGiven } from './keyOptions';
import { parsePartition } from './keys';
import { whereOf } from './where';

/** Which items a command is about, as it was written. */
export interface SelectionOptions {
  readonly keys: readonly string[];
  readonly keysFrom?: string;
  readonly partition?: string;
  readonly where?: string;
  readonly event?: Event;
  readonly deletedBy?: string;
}

const EVENTS = ['insert', 'modify', 'remove'] as const;
type Event = (typeof EVENTS)[number];

export const SELECTION_OPTIONS: OptionTable = {
  key: {
    type: 'string',
    value: 'JSON',
    multiple: true,
    help: `This item only: '{"id":"a"}', or DynamoDB JSON; binary as base64. Can be given more than once.`,
  },
  'keys-from': {
    type: 'string',
    value: 'FILE',
    help: 'The items of the keys in this file only, one JSON object a line; - reads them from standard input. Lines of diff --json and ls --json will do.',
  },
  partition: {
    type: 'string',
    value: 'VALUE',
    help: 'The items of this value of the partition key only, whatever their sort keys.',
  },
  where: {
    type: 'string',
    value: 'EXPRESSION',
    help: `The items for which this JMESPath expression is true. It sees the item before and after (and item, the later one), as plain JSON: "after.status=='closed'". Numbers of more than 15 digits are text there.`,
  },
  event: { type: 'string', value: 'EVENT', help: 'What happened to the item in all: insert, modify or remove.' },
  'deleted-by': {
    type: 'string',
    value: 'SERVICE',
    help: 'The items that this service deleted: dynamodb.amazonaws.com is time to live; user is nobody of these.',
  },
};

export function readSelection(given: OptionReader): SelectionOptions {
  given.atMostOneOf('key', 'keys-from', 'partition');
  return {
    keys: given.texts('key'),
    keysFrom: given.text('keys-from'),
    partition: given.text('partition'),
    where: given.text('where'),
    event: given.oneOf('event', EVENTS),
    deletedBy: given.text('deleted-by'),
  };
}

/** What was written, once the table's keys are known. @throws UsageError */
export async function selectionOf(options: SelectionOptions, words: KeyWords): Promise<Selection> {
  const { partition, where, event, deletedBy } = options;
  const tests = [
    ...(where === undefined ? [] : [await whereOf(where)]),
    ...(event === undefined ? [] : [(change: SelectedChange) => eventOf(change) === event]),
    ...(deletedBy === undefined ? [] : [(change: SelectedChange) => isDeletedBy(change, deletedBy)]),
  ];
  const keys = await keysGiven(options)?.(words);
  return {
    ...(keys && { keys }),
    ...(partition !== undefined && { partition: parsePartition(partition, words) }),
    ...(tests.length > 0 && { matches: (change) => tests.every((test) => test(change)) }),
  };
}

function eventOf({ before, after }: SelectedChange): Event {
  return before ? (after ? 'modify' : 'remove') : 'insert';
}

function isDeletedBy(change: SelectedChange, wanted: string): boolean {
  return eventOf(change) === 'remove' && (change.deletedBy ?? 'user') === wanted;
}
