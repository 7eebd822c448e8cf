import { marshall } from '@aws-sdk/util-dynamodb';
import type { AttributeMap } from './attributeValue';
import { canonicalItem } from './canonicalItem';
import { UnreadableImageError } from './errors';
import { levelsOfJson } from './levelsOfJson';

/**
 * The item in an `image.json` of the service's 2018 predecessor: plain JSON, and `{}` for a delete.
 *
 * That format had lost types when it was written: what was a set is a map or a list, and numbers are as precise as
 * JavaScript's. Binary is there as `{"type":"Buffer","data":[…]}` and comes back as binary.
 */
export function itemOfPlainJson(body: string): AttributeMap | undefined {
  const plain = parseObject(body);
  if (Object.keys(plain).length === 0) return undefined;
  try {
    const item = toWireForm(marshall(plain, { allowImpreciseNumbers: true })) as AttributeMap;
    canonicalItem(item);
    return item;
  } catch (cause) {
    // Such as 1e400, which is no number to JavaScript.
    throw new UnreadableImageError(`its body is JSON that DynamoDB cannot hold: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** More levels than DynamoDB takes are refused by {@link canonicalItem}, and these many before anything recurses. */
const MOST_LEVELS = 1_000;

function parseObject(body: string): Record<string, unknown> {
  let plain: unknown;
  if (levelsOfJson(body) > MOST_LEVELS) throw new UnreadableImageError(`its body has more than ${MOST_LEVELS} levels`);
  try {
    plain = JSON.parse(body, (_, value: unknown) => (isBufferJson(value) ? Uint8Array.from(value.data) : value));
  } catch (cause) {
    throw new UnreadableImageError(`its body is neither an image nor JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof plain === 'object' && plain !== null && !Array.isArray(plain)) return plain as Record<string, unknown>;
  throw new UnreadableImageError(`its body is JSON but no item: ${body.slice(0, 80)}`);
}

function isBufferJson(value: unknown): value is { type: 'Buffer'; data: number[] } {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  return (
    type === 'Buffer' && Array.isArray(data) && data.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)
  );
}

/** marshall gives bytes where the wire has base64 text. */
function toWireForm(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toWireForm);
  if (!(value instanceof Object)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toWireForm(member)]));
}
