// Stryker disable next-line Regex: of an ISO time with anything around it Date.parse makes nothing, either
const ISO = /^(\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Epoch milliseconds of an ISO 8601 time with its zone; NaN for all else that may stand in its place: what says no zone would be another
 * time for each machine that reads it.
 */
export function isoTimeMs(text: unknown): number {
  return typeof text === 'string' && ISO.test(text) ? Date.parse(text) : NaN;
}
