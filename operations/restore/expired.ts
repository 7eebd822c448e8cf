import type { AttributeMap } from '../../core/attributeValue';

/** What a table's time to live goes by, and the time up to which it counts, in epoch milliseconds of the service. */
export interface TimeToLive {
  readonly attributeName: string;
  readonly nowMs: number;
}

/**
 * Whether an item's time to live has passed since a moment. Source: DynamoDB developer guide, "Using time to live": a number,
 * seconds since 1970; anything else is no time to live.
 */
export function hasExpiredSince(item: AttributeMap, { attributeName, nowMs }: TimeToLive, momentMs: number): boolean {
  const value = Object.hasOwn(item, attributeName) ? item[attributeName] : undefined;
  if (value === undefined || !('N' in value)) return false;
  const expiresMs = Number(value.N) * 1_000;
  return expiresMs > momentMs && expiresMs <= nowMs;
}
