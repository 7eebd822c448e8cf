import { attributeOf, type AttributeMap, type AttributeValue } from './attributeValue';
import { base64, canonicalItem, canonicalValue } from './canonicalItem';
import { canonicalNumber } from './canonicalNumber';
import { digestOf } from './digest';
import { UnreadableValueError } from './errors';
import { quoted } from './quoted';

/** Names of a table's key attributes. */
export interface KeySchema {
  readonly partitionKey: string;
  readonly sortKey?: string;
}

/** Where a table's images live: `<prefix><table>/…`. The prefix is empty or ends with a slash. */
export interface TableLocation {
  readonly prefix: string;
  readonly tableName: string;
}

/** S3's limit for an object key in UTF-8. Source: S3 user guide, "Naming Amazon S3 objects". */
export const MAX_OBJECT_KEY_BYTES = 1024;

const IMAGE_FILE = '/image.json';
const SHORTENED = '=sha256-';

/** Everything of one table starts with this. */
export function tablePrefix({ prefix, tableName }: TableLocation): string {
  return `${prefix}${tableName}/`;
}

/** Whether an object key below a table's prefix is an item's (and not, for example, `table.json`). */
export function isImageKey(objectKey: string): boolean {
  return objectKey.endsWith(IMAGE_FILE);
}

/**
 * The object key of an item: `<prefix><table>/<partition key>[/<sort key>]/image.json`. The only place that spells it.
 *
 * Every part is one path segment that can be read: see {@link keySegment}. An object key over 1,024 bytes gets
 * `=sha256-<digest of the canonical keys>` in place of its key parts; no encoded value starts with `=`.
 *
 * @param keys the item's key attributes, nothing else
 * @throws UnreadableValueError when the keys are not those of the schema
 */
export function objectKeyOf(location: TableLocation, schema: KeySchema, keys: AttributeMap): string {
  const names = keyNames(schema);
  const segments = names.map((name) => keySegment(name, keyValue(keys, name)));
  const given = Object.keys(keys);
  if (given.length !== names.length) throw wrongKeys(names, given);

  const readable = `${tablePrefix(location)}${segments.join('/')}${IMAGE_FILE}`;
  if (Buffer.byteLength(readable) <= MAX_OBJECT_KEY_BYTES) return readable;
  return `${tablePrefix(location)}${SHORTENED}${digestOf(canonicalItem(keys))}${IMAGE_FILE}`;
}

/** Whether an object key below a table's prefix has a digest in place of its key parts. */
export function isShortened(location: TableLocation, objectKey: string): boolean {
  return objectKey.startsWith(tablePrefix(location) + SHORTENED);
}

/** Items that have a part of their keys in common. */
export interface KeyRange {
  /** One value of the partition key. */
  readonly partition?: AttributeValue;
  /** How the sort key begins, where there is a partition; else the partition key. Of keys of type S. */
  readonly keyPrefix?: string;
}

/**
 * What the object keys of all items in a range start with, and of as few others as can be. Shortened keys do not tell theirs, so
 * they are among what is listed.
 */
export function rangePrefixes(
  location: TableLocation,
  schema: KeySchema,
  { partition, keyPrefix }: KeyRange,
): string[] {
  const all = tablePrefix(location);
  if (!partition && keyPrefix === undefined) return [all];
  const within = partition ? `${all}${keySegment(schema.partitionKey, partition)}/` : all;
  const beginnings = keyPrefix === undefined ? [''] : beginningsOf(keyPrefix);
  return [...beginnings.map((beginning) => within + beginning), all + SHORTENED];
}

/** Whether an item is in a range, by its keys. */
export function isInRange(schema: KeySchema, { partition, keyPrefix }: KeyRange, keys: AttributeMap): boolean {
  const value = attributeOf(keys, schema.partitionKey);
  if (partition && (!value || canonicalValue(value) !== canonicalValue(partition))) return false;
  if (keyPrefix === undefined) return true;
  // Stryker disable next-line StringLiteral: without a sort key no attribute is meant, and none is called by either
  const begins = partition ? attributeOf(keys, schema.sortKey ?? '') : value;
  return begins !== undefined && 'S' in begins && begins.S.startsWith(keyPrefix);
}

/** `.` and `..` are spelled otherwise than what begins with them. */
function beginningsOf(keyPrefix: string): string[] {
  const isDots = keyPrefix === '.' || keyPrefix === '..';
  return isDots ? [keyPrefix, keyPrefix.replaceAll('.', '%2E')] : [stringSegment('a key', keyPrefix)];
}

/**
 * The item's keys that an object key spells: the way back of {@link objectKeyOf}. Undefined for a key that had to be shortened
 * to a digest, and for one that no item of such a table has.
 */
export function keysInObjectKey(
  location: TableLocation,
  schema: KeySchema,
  keyTypes: Readonly<Record<string, 'S' | 'N' | 'B'>>,
  objectKey: string,
): AttributeMap | undefined {
  const [prefix, names] = [tablePrefix(location), keyNames(schema)];
  const segments = objectKey.slice(prefix.length, -IMAGE_FILE.length).split('/');
  try {
    const keys = Object.fromEntries(names.map((name, i) => [name, valueInSegment(keyTypes[name] ?? 'S', segments[i])]));
    return objectKeyOf(location, schema, keys) === objectKey ? keys : undefined;
  } catch (error) {
    if (error instanceof UnreadableValueError || error instanceof URIError) return undefined;
    throw error;
  }
}

// Stryker disable next-line StringLiteral: where there are too few, no item spells its keys so, whatever stands for the last
function valueInSegment(type: 'S' | 'N' | 'B', segment = ''): AttributeValue {
  if (type === 'S') return { S: decodeURIComponent(segment) };
  return type === 'N' ? { N: segment } : { B: Buffer.from(segment, 'base64url').toString('base64') };
}

/** The key attributes of an item, in the schema's order. */
export function keysOf(schema: KeySchema, item: AttributeMap): AttributeMap {
  // fromEntries defines properties, so that a key attribute may be called __proto__.
  return Object.fromEntries(keyNames(schema).map((name) => [name, keyValue(item, name)]));
}

/** Names of the key attributes: the partition key, then the sort key where there is one. */
export function keyNames({ partitionKey, sortKey }: KeySchema): string[] {
  return sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
}

/**
 * One key value as one path segment. Strings: UTF-8, percent-encoded outside A-Z a-z 0-9 - . _ ~, and `.` and `..`
 * wholly encoded. Numbers: DynamoDB's canonical digits. Binary: base64url without padding.
 */
function keySegment(name: string, value: AttributeValue): string {
  const given: unknown = value;
  if (typeof given !== 'object' || given === null) throw noKey(name, given);
  if ('S' in value) return stringSegment(name, value.S);
  if ('N' in value) return canonicalNumber(text(value.N, name));
  if ('B' in value) return Buffer.from(base64(value.B, name), 'base64').toString('base64url') || emptyKey(name);
  throw noKey(name, given);
}

function noKey(name: string, given: unknown): UnreadableValueError {
  return new UnreadableValueError(`key attribute ${name} is ${quoted(given)}; a DynamoDB key is of type S, N or B`);
}

function text(given: unknown, name: string): string {
  if (typeof given === 'string') return given;
  throw new UnreadableValueError(`key attribute ${name} should be text; found ${quoted(given)}`);
}

/** What most keys are made of: to look costs less than to encode. */
// Stryker disable next-line Regex: what it takes for others comes out the same below
const UNRESERVED = /^[\w.~-]+$/;

function stringSegment(name: string, given: unknown): string {
  const value = text(given, name);
  if (value === '') return emptyKey(name);
  if (value === '.' || value === '..') return value.replaceAll('.', '%2E');
  // Stryker disable next-line ConditionalExpression: the same comes out below, later
  if (UNRESERVED.test(value)) return value;
  try {
    // encodeURIComponent leaves !'()* as they are, which RFC 3986 reserves.
    return encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch (cause) {
    throw new UnreadableValueError(`key attribute ${name} is not valid Unicode: ${quoted(value)}`, { cause });
  }
}

function keyValue(attributes: AttributeMap, name: string): AttributeValue {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (value === undefined) throw wrongKeys([name], Object.keys(attributes));
  return value;
}

function emptyKey(name: string): never {
  throw new UnreadableValueError(`key attribute ${name} is empty; DynamoDB has no empty keys`);
}

function wrongKeys(expected: string[], given: string[]): UnreadableValueError {
  return new UnreadableValueError(
    `expected the key ${expected.join(' and ')}, found ${given.join(', ') || 'no attributes'}; ` +
      `does the configured key schema match the table's?`,
  );
}
