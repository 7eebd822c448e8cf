import { attributeOf, type AttributeMap, type AttributeValue } from '../core/attributeValue';
import { canonicalItem } from '../core/canonicalItem';
import type { Change } from '../core/plannedWrite';
import type { AwsSettings } from './awsSettings';
import { backoffMs } from './backoff';
import { patient, RejectedWriteError, stoppable } from './batchCalls';
import { ServiceError, type DynamoDbCaller } from './signed';
import { signedDynamoDbAs } from './signed/asSdk';

export interface ConditionalWrite {
  readonly keys: AttributeMap;
  readonly change: Change;
  /** What was read. Undefined: there was no such item. */
  readonly expected: AttributeMap | undefined;
  /** An update is for the item as a whole, so its other attributes have to be what was read, too: as many as a condition takes. */
  readonly isOfWholeItem?: boolean;
}

/** Writes of single items that happen only where the item still is what was read. */
export interface ConditionalWrites {
  /**
   * @returns whether it was written; if not, somebody else has written what it is about
   * @throws RejectedWriteError when DynamoDB refuses the item, for its size or an attribute of an index; when somebody else has changed it between
   * two calls, which more than 100 attributes take
   */
  writeIf(write: ConditionalWrite): Promise<boolean>;
}

export function dynamoDbConditionalWrites(
  TableName: string,
  settings: AwsSettings,
  { signal, pause }: { signal: AbortSignal; pause: (ms: number, signal: AbortSignal) => Promise<void> },
): ConditionalWrites {
  const call = signedDynamoDbAs(settings, 4);
  const never = new AbortController().signal;
  const whenTaken = (attempt: number) => pause(backoffMs(attempt), signal);
  return conditionalWrites(TableName, patient(stoppable(call, signal), whenTaken), {
    async delete(operation, input) {
      signal.throwIfAborted();
      return patient(stoppable(call, never), whenTaken)(operation, input);
    },
    putBack: patient(stoppable(call, never), (attempt) => pause(backoffMs(attempt), never)),
  });
}

/** Calls that Ctrl-C does not end once they are made: what a delete has taken is not known before its answer, and may have to be put back. */
interface ToTheEnd {
  readonly delete: DynamoDbCaller;
  readonly putBack: DynamoDbCaller;
}

/** @param call makes a call of DynamoDB's API, and waits while it is throttled */
export function conditionalWrites(
  TableName: string,
  call: DynamoDbCaller,
  toTheEnd: ToTheEnd = { delete: call, putBack: call },
): ConditionalWrites {
  return {
    async writeIf({ keys, change, expected, isOfWholeItem = false }) {
      if (change.do === 'update')
        return updated(call, { TableName, Key: keys }, change, { expected: expected ?? {}, isOfWholeItem });
      if (change.do === 'put') return written(call, 'PutItem', { TableName, Item: change.item, ...whereNone(keys) });
      return deleted(toTheEnd, TableName, keys, expected ?? keys);
    },
  };
}

/**
 * An expression has 300 operators and 4 KB at most. Source: DynamoDB developer guide, "Quotas": expression parameters. With
 * names of five characters and two operators an attribute, so many fit.
 */
const ATTRIBUTES = 100;

type Calling = DynamoDbCaller;

async function updated(
  call: Calling,
  where: { readonly TableName: string; readonly Key: AttributeMap },
  { set, remove }: Extract<Change, { do: 'update' }>,
  { expected, isOfWholeItem }: { readonly expected: AttributeMap; readonly isOfWholeItem: boolean },
): Promise<boolean> {
  const names = [...Object.keys(set), ...remove];
  const untouched = isOfWholeItem
    ? Object.keys(expected).filter((name) => !names.includes(name) && !Object.hasOwn(where.Key, name))
    : [];
  for (let at = 0; at < names.length; at += ATTRIBUTES) {
    const some = names.slice(at, at + ATTRIBUTES);
    const words = new Expression();
    const setWords: string[] = [];
    const removeWords: string[] = [];
    for (const name of some) {
      const value = attributeOf(set, name);
      if (value) setWords.push(`${words.name(name)}=${words.value(value)}`);
      else removeWords.push(words.name(name));
    }
    const UpdateExpression = [
      ...(setWords.length > 0 ? [`SET ${setWords.join(',')}`] : []),
      ...(removeWords.length > 0 ? [`REMOVE ${removeWords.join(',')}`] : []),
    ].join(' ');
    const ConditionExpression = [
      ...Object.keys(where.Key).map((name) => `attribute_exists(${words.name(name)})`),
      ...[...some, ...untouched].slice(0, ATTRIBUTES).map((name) => words.isAsIn(expected, name)),
    ].join(' AND ');
    const input = { ...where, UpdateExpression, ConditionExpression, ...words.parameters() };
    if (await written(call, 'UpdateItem', input)) continue;
    if (at === 0) return false;
    throw new RejectedWriteError(
      `somebody else changed it while it was written: ${at} of its ${names.length} attributes are as planned, the others are as they were. Make the plan again`,
    );
  }
  return true;
}

/**
 * A condition cannot say that there is no other attribute. So what was deleted is looked at, and put back where it was
 * another item than the one that was read.
 */
async function deleted(
  calls: ToTheEnd,
  TableName: string,
  Key: AttributeMap,
  expected: AttributeMap,
): Promise<boolean> {
  const words = new Expression();
  const names = Object.keys(expected).slice(0, ATTRIBUTES);
  const ConditionExpression = names.map((name) => words.isAsIn(expected, name)).join(' AND ');
  const input = { TableName, Key, ConditionExpression, ...words.parameters(), ReturnValues: 'ALL_OLD' };
  const answer = await answered<{ Attributes?: AttributeMap }>(calls.delete, 'DeleteItem', input);
  if (!answer) return false;
  const { Attributes: old } = answer;
  if (!old || canonicalItem(old) === canonicalItem(expected)) return true;
  await written(calls.putBack, 'PutItem', { TableName, Item: old, ...whereNone(Key) });
  return false;
}

function whereNone(keys: AttributeMap) {
  const words = new Expression();
  const ConditionExpression = Object.keys(keys)
    .map((name) => `attribute_not_exists(${words.name(name)})`)
    .join(' AND ');
  return { ConditionExpression, ...words.parameters() };
}

async function written(call: Calling, operation: string, input: object): Promise<boolean> {
  return (await answered(call, operation, input)) !== undefined;
}

/** Undefined when the condition was not met. */
async function answered<Answer extends object>(
  call: Calling,
  operation: string,
  input: object,
): Promise<Answer | undefined> {
  try {
    return await call<Answer>(operation, input);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.name === 'ConditionalCheckFailedException') return undefined;
    if (error.name === 'ValidationException') throw new RejectedWriteError(error.message, { cause: error });
    throw error;
  }
}

/** The names and values of an expression: an attribute may be called anything. */
class Expression {
  private readonly names: [string, string][] = [];
  private readonly values: [string, AttributeValue][] = [];

  name(attributeName: string): string {
    const known = this.names.find(([, one]) => one === attributeName);
    if (known) return known[0];
    const placeholder = `#${this.names.length}`;
    this.names.push([placeholder, attributeName]);
    return placeholder;
  }

  value(value: AttributeValue): string {
    const placeholder = `:${this.values.length}`;
    this.values.push([placeholder, value]);
    return placeholder;
  }

  isAsIn(item: AttributeMap, name: string): string {
    const value = attributeOf(item, name);
    return value ? `${this.name(name)}=${this.value(value)}` : `attribute_not_exists(${this.name(name)})`;
  }

  parameters() {
    return {
      ExpressionAttributeNames: Object.fromEntries(this.names),
      ...(this.values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(this.values) }),
    };
  }
}
