import { CLOCK_SLACK_MS } from './history';
import { isoTimeMs } from './isoTime';

/** When a change was made, as far as its record tells. */
export interface ChangeTime {
  readonly changedAtMs: number;
  /** The record has no time, or one that cannot be: this is when it was received, which is no earlier than the change. */
  readonly isTimeOfReceipt: boolean;
}

/** DynamoDB was launched in January 2012. */
export const EARLIEST_CHANGE_MS = Date.UTC(2012, 0, 1);

/**
 * Reads a record's `ApproximateCreationDateTime`. The API reference says epoch seconds, and that is what streams deliver;
 * milliseconds and finer have been seen from Lambda (aws/aws-lambda-dotnet#839, aws/aws-lambda-go#478), told apart by
 * their size: as seconds, they would lie thousands of years ahead. A change is never lost for its time.
 *
 * @param receivedAtMs when the record was received, by a clock of the service
 * @param nowMs what is later than this cannot be; of a record that was parked, it is later than the receipt
 */
export function changeTime(
  approximateCreationDateTime: unknown,
  receivedAtMs: number,
  nowMs: number = receivedAtMs,
): ChangeTime {
  const changedAtMs = statedMs(approximateCreationDateTime);
  const isPossible = changedAtMs >= EARLIEST_CHANGE_MS && changedAtMs <= nowMs + CLOCK_SLACK_MS;
  return isPossible
    ? { changedAtMs, isTimeOfReceipt: false }
    : { changedAtMs: Math.round(receivedAtMs), isTimeOfReceipt: true };
}

/** Epoch milliseconds; NaN where nothing can be made of it. */
function statedMs(stated: unknown): number {
  if (typeof stated !== 'number') return isoTimeMs(stated);
  // Stryker disable next-line EqualityOperator: in either unit 1e11 is no time that can be
  if (stated < 1e11) return Math.round(stated * 1_000);
  // Stryker disable next-line EqualityOperator: nor is 1e14
  if (stated < 1e14) return Math.round(stated);
  // Stryker disable next-line EqualityOperator: nor 1e17
  return Math.round(stated < 1e17 ? stated / 1e3 : stated / 1e6);
}
