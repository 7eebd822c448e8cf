import { fullJitterMs } from '../backoff';
import { ServiceError } from './serviceError';

const THROTTLED = new Set([
  'BandwidthLimitExceeded',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);
const PASSING = new Set(['RequestTimeout', 'RequestTimeoutException', 'TimeoutError']);
const NETWORK = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Whether the same call may well be answered when it is sent again: the rules of the SDK's standard retry mode. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (PASSING.has(error.name) || NETWORK.has((error as { code?: string }).code ?? '')) return true;
  if (!(error instanceof ServiceError)) return false;
  return error.$metadata.httpStatusCode >= 500 || isThrottled(error);
}

/** Whether the service has no capacity for the call now. */
export function isThrottled(error: unknown): boolean {
  return error instanceof ServiceError && (error.$metadata.httpStatusCode === 429 || THROTTLED.has(error.name));
}

const FIRST_PAUSE_MS = 100;
const FIRST_PAUSE_THROTTLED_MS = 500;
const LONGEST_PAUSE_MS = 20_000;

/** How long to wait after the nth attempt failed: full jitter, and no less than the service asked for. */
export function pauseMs(error: unknown, attempt: number): number {
  const first = isThrottled(error) ? FIRST_PAUSE_THROTTLED_MS : FIRST_PAUSE_MS;
  const jittered = fullJitterMs(attempt, first, LONGEST_PAUSE_MS);
  const askedFor = error instanceof ServiceError ? Number(error.headers.get('retry-after')) * 1000 : NaN;
  return askedFor > jittered ? Math.min(askedFor, LONGEST_PAUSE_MS) : jittered;
}
