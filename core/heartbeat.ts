import { QuotingError } from './errors';

/*
 * The heartbeat: a small object that the source account writes anew every few minutes. How old its newest replica is, is how
 * much a restore would miss, whatever the metrics of replication say or do not say.
 */

/** EventBridge starts both of its functions this often. */
export const HEARTBEAT_MINUTES = 5;

/** @param scheduledAtMs epoch milliseconds at which EventBridge asked for it */
export function heartbeatText(scheduledAtMs: number): string {
  return `${JSON.stringify({ format: '1', scheduledAt: new Date(scheduledAtMs).toISOString() })}\n`;
}

/** A heartbeat that cannot be read, or that says no time. */
export class UnreadableHeartbeatError extends QuotingError {}

/**
 * The time that it says, in epoch milliseconds.
 *
 * @throws UnreadableHeartbeatError
 */
export function readHeartbeat(text: string): number {
  const atMs = timeOf(scheduledAtOf(text));
  if (atMs !== undefined) return atMs;
  throw new UnreadableHeartbeatError(
    `the heartbeat is ${JSON.stringify(text.slice(0, 200))}; it has to be {"format":"1","scheduledAt":"2026-01-01T00:00:00.000Z"}`,
  );
}

function scheduledAtOf(text: string): unknown {
  try {
    const { format, scheduledAt } = JSON.parse(text) as { readonly format?: unknown; readonly scheduledAt?: unknown };
    if (format === '1') return scheduledAt;
  } catch {
    // Whatever is no object says no time.
  }
  return undefined;
}

/** Epoch milliseconds of a time in UTC as EventBridge and heartbeats write it; undefined when it is none. */
export function timeOf(text: unknown): number | undefined {
  // Stryker disable next-line Regex: a time of this form with anything around it is none for Date.parse either
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
