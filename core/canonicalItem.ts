import type { AttributeMap, AttributeValue } from './attributeValue';
import { canonicalNumber } from './canonicalNumber';
import { UnreadableValueError } from './errors';
import { quoted } from './quoted';

/**
 * The canonical text of an item in DynamoDB JSON: the same item always gives the same text, different items never do.
 *
 * Attribute names and set members are sorted by UTF-16 code unit, strings are escaped as JSON.stringify does, there are
 * no spaces (all this is RFC 8785), numbers have one spelling, base64 is the padded standard alphabet.
 * Text is built instead of objects, so that an attribute called `__proto__` is a name like any other.
 */
export function canonicalItem(item: AttributeMap): string {
  return canonicalMap(item, '', 0);
}

/**
 * Levels of lists and maps that are read. DynamoDB takes 32 (developer guide, "Quotas": nested attribute depth); more
 * is room for a later limit, without end it would be room for an object that ends whoever reads it.
 */
const MOST_LEVELS = 128;

/** The canonical text of one value; see {@link canonicalItem}. `path` names the value in errors. */
export function canonicalValue(value: AttributeValue, path = '', level = 0): string {
  if (level > MOST_LEVELS)
    throw new UnreadableValueError(`the item has more than ${MOST_LEVELS} levels, more than DynamoDB takes`);
  const type = onlyType(value, path);
  const write = writers[type];
  if (!write) throw unreadable(path, value, `has the unknown type ${JSON.stringify(type)}; known are ${knownTypes}`);
  return `{"${type}":${write((value as Record<string, unknown>)[type], path, level)}}`;
}

type Writer = (content: unknown, path: string, level: number) => string;

// No prototype: a type called "constructor" must be unknown, not Object's.
const writers = Object.assign(Object.create(null) as Record<string, Writer | undefined>, {
  S: (content, path) => JSON.stringify(text(content, path)),
  N: (content, path) => `"${number(content, path)}"`,
  B: (content, path) => `"${base64(content, path)}"`,
  BOOL: (content, path) => {
    if (typeof content !== 'boolean') throw unreadable(path, content, 'should be true or false');
    return String(content);
  },
  NULL: (content, path) => {
    if (content !== true) throw unreadable(path, content, 'should be true, the only value of type NULL');
    return 'true';
  },
  SS: (content, path) => canonicalSet(content, path, text, JSON.stringify),
  NS: (content, path) => canonicalSet(content, path, number, JSON.stringify),
  BS: (content, path) => canonicalSet(content, path, base64, JSON.stringify),
  L: (content, path, level) => {
    const members = list(content, path).map((member, i) =>
      canonicalValue(member as AttributeValue, `${path}[${i}]`, level + 1),
    );
    return `[${members.join(',')}]`;
  },
  M: (content, path, level) => canonicalMap(content, path, level + 1),
} satisfies Record<string, Writer>);

const knownTypes = Object.keys(writers).join(', ');

function canonicalMap(content: unknown, path: string, level: number): string {
  if (!isObject(content)) throw unreadable(path, content, 'should be a map of attributes');
  let attributes = '';
  for (const name of Object.keys(content).sort()) {
    if (attributes !== '') attributes += ',';
    attributes += `${JSON.stringify(name)}:${canonicalValue(content[name] as AttributeValue, join(path, name), level)}`;
  }
  return `{${attributes}}`;
}

function canonicalSet(
  content: unknown,
  path: string,
  member: (m: unknown, path: string) => string,
  quote: (m: string) => string,
): string {
  const members = list(content, path).map((m, i) => member(m, `${path}[${i}]`));
  if (members.length === 0) throw unreadable(path, content, 'should have members: DynamoDB has no empty sets');
  return `[${members.sort().map(quote).join(',')}]`;
}

/** Base64 in one spelling. Buffer's decoder skips what it does not know, so the result is compared with what came in. */
export function base64(content: unknown, path: string): string {
  const given = text(content, path);
  const canonical = Buffer.from(given, 'base64').toString('base64');
  if (canonical !== given) throw unreadable(path, given, 'should be padded standard base64');
  return canonical;
}

function number(content: unknown, path: string): string {
  try {
    return canonicalNumber(text(content, path));
  } catch (error) {
    throw error instanceof UnreadableValueError && path !== ''
      ? new UnreadableValueError(`attribute ${path}: ${error.message}`, { cause: error })
      : error;
  }
}

function text(content: unknown, path: string): string {
  if (typeof content !== 'string') throw unreadable(path, content, 'should be text');
  return content;
}

function list(content: unknown, path: string): unknown[] {
  if (!Array.isArray(content)) throw unreadable(path, content, 'should be a list');
  return content as unknown[];
}

function onlyType(value: unknown, path: string): string {
  const types = isObject(value) ? Object.keys(value) : [];
  const type = types[0];
  if (type === undefined || types.length > 1) {
    throw unreadable(path, value, 'should be one DynamoDB JSON value such as {"S":"text"}');
  }
  return type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function unreadable(path: string, content: unknown, complaint: string): UnreadableValueError {
  const where = path === '' ? 'the item' : `attribute ${path}`;
  return new UnreadableValueError(`${where} ${complaint}; found ${quoted(content)}`);
}
