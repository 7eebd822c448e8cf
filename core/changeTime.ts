import { CLOCK_SLACK_MS } from './history';

/** When a change was made, as far as its record tells. */
export interface ChangeTime {
  readonly changedAtMs: number;
  /** The record has no time, or one that cannot be: this is when it was received, which is no earlier than the change. */
  readonly isTimeOfReceipt: boolean;
}

/** DynamoDB was launched in January 2012. */
const EARLIEST_MS = Date.UTC(2012, 0, 1);
// Stryker disable next-line Regex: of an ISO time with anything around it Date.parse makes nothing, either
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Reads a record's `ApproximateCreationDateTime`. The API reference says epoch seconds, and that is what streams deliver;
 * milliseconds and finer have been seen from Lambda (aws/aws-lambda-dotnet#839, aws/aws-lambda-go#478), told apart by
 * their size: as seconds, they would lie thousands of years ahead. A change is never lost for its time.
 *
 * @param receivedAtMs when the record was received, by a clock of the service
 */
export function changeTime(approximateCreationDateTime: unknown, receivedAtMs: number): ChangeTime {
  const changedAtMs = statedMs(approximateCreationDateTime);
  const isPossible = changedAtMs >= EARLIEST_MS && changedAtMs <= receivedAtMs + CLOCK_SLACK_MS;
  return isPossible
    ? { changedAtMs, isTimeOfReceipt: false }
    : { changedAtMs: Math.round(receivedAtMs), isTimeOfReceipt: true };
}

/** Epoch milliseconds; NaN where nothing can be made of it. */
function statedMs(stated: unknown): number {
  if (typeof stated === 'string' && ISO.test(stated)) return Date.parse(stated);
  if (typeof stated !== 'number') return NaN;
  // Stryker disable next-line EqualityOperator: in either unit 1e11 is no time that can be
  if (stated < 1e11) return Math.round(stated * 1_000);
  // Stryker disable next-line EqualityOperator: nor is 1e14
  if (stated < 1e14) return Math.round(stated);
  // Stryker disable next-line EqualityOperator: nor 1e17
  return Math.round(stated < 1e17 ? stated / 1e3 : stated / 1e6);
}
