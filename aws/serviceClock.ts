import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { CouldNotLookError } from '../core/errors';
import type { AwsSettings } from './awsSettings';
import { inS3, type S3Error } from './s3Error';
import type { S3ClientSettings } from './s3Client';
import { sdkClientConfig } from './sdkClient';
import { signedS3As } from './signed/asSdk';

/** What time it is for the service. What this machine believes decides nothing. */
export interface ServiceClock {
  /** Epoch milliseconds, right to about a second, and rather late than early: what it calls the past is over. */
  readonly nowMs: () => number;
  /** By how much the machine's clock is ahead of it, to the second; negative when it is behind. */
  readonly machineAheadMs: number;
}

/** This machine's clocks. */
export interface MachineClock {
  /** Epoch milliseconds, right or wrong. */
  readonly nowMs: () => number;
  /** Milliseconds since some moment: it is never set. */
  readonly monotonicMs: () => number;
}

const SECOND_MS = 1_000;

/**
 * Asks a bucket's endpoint for the time once, and counts on from there. Every answer has a `Date`, a refusal too
 * (RFC 9110, 6.6.1; S3 API reference, "Common response headers").
 *
 * @throws S3Error when there is no answer
 */
export async function s3ServiceClock(
  { bucket, ...settings }: S3ClientSettings & { readonly bucket: string },
  machine: MachineClock,
  signal?: AbortSignal,
): Promise<ServiceClock> {
  const client = signedS3As(settings, bucket);
  const head = () => client.send({ method: 'HEAD', path: '/', signal });
  const asked = machineTimes(machine);
  const dateMs = await inS3('HEAD', bucket, '', head).then(({ headers }) => dateOf(headers), dateOfRefusal);
  return countedOn(dateMs, asked, machine);
}

/**
 * The same of a table's endpoint, whether there is such a table or not.
 *
 * @throws what the SDK throws when there is no answer
 */
export function dynamoDbServiceClock(
  TableName: string,
  settings: AwsSettings,
  machine: MachineClock,
  signal?: AbortSignal,
): Promise<ServiceClock> {
  const command = new DescribeTableCommand({ TableName });
  const client = new DynamoDBClient(sdkClientConfig(settings));
  return clockOfAnswer(command.middlewareStack, () => client.send(command, { abortSignal: signal }), machine);
}

/**
 * The same of STS, which tells everybody who asks.
 *
 * @throws what the SDK throws when there is no answer
 */
export function stsServiceClock(
  settings: AwsSettings,
  machine: MachineClock,
  signal?: AbortSignal,
): Promise<ServiceClock> {
  const command = new GetCallerIdentityCommand({});
  const client = new STSClient(sdkClientConfig(settings));
  return clockOfAnswer(command.middlewareStack, () => client.send(command, { abortSignal: signal }), machine);
}

/** Takes the `Date` of whatever answers a call of the SDK's. */
async function clockOfAnswer(
  stack: object,
  send: () => Promise<unknown>,
  machine: MachineClock,
): Promise<ServiceClock> {
  let headers = new Map<string, string>();
  const keepHeaders = (next: Next) => async (args: unknown) => {
    const result = await next(args);
    headers = new Map(Object.entries(result.response.headers));
    return result;
  };
  (stack as AnswerStack).add(keepHeaders, { step: 'deserialize', priority: 'low', name: 'keepHeaders' });
  const asked = machineTimes(machine);
  await send().catch((error: unknown) => {
    if (headers.size === 0) throw error;
  });
  return countedOn(dateOf(headers), asked, machine);
}

/** As much of the SDK's middleware as is needed. */
interface AnswerStack {
  add(
    middleware: (next: Next) => (args: unknown) => Promise<unknown>,
    options: { step: 'deserialize'; priority: 'low'; name: string },
  ): void;
}
type Next = (args: unknown) => Promise<{ readonly response: { readonly headers: Readonly<Record<string, string>> } }>;

interface MachineTimes {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

function machineTimes({ nowMs, monotonicMs }: MachineClock): MachineTimes {
  return { wallMs: nowMs(), monotonicMs: monotonicMs() };
}

/**
 * @param asked from when on is counted: how long the answer took is part of what has gone by
 */
function countedOn(dateMs: number, asked: MachineTimes, machine: MachineClock): ServiceClock {
  const answeredMs = machine.nowMs();
  return {
    nowMs() {
      const { wallMs, monotonicMs } = machineTimes(machine);
      // A monotonic clock stands still while the machine sleeps, the other one may be set: the longer of the two is not too early.
      const elapsedMs = Math.max(monotonicMs - asked.monotonicMs, wallMs - asked.wallMs);
      // The date has no fraction of a second.
      return Math.round(dateMs + SECOND_MS + elapsedMs);
    },
    machineAheadMs: Math.round(answeredMs - (dateMs + SECOND_MS / 2)),
  };
}

type Headers = Pick<ReadonlyMap<string, string>, 'get'>;

function dateOfRefusal(error: unknown): number {
  const { headers } = (error as S3Error).cause as { headers?: Headers };
  if (!headers) throw error; // no answer
  return dateOf(headers);
}

/** The `Date` of an answer. @throws CouldNotLookError when it has none */
export function dateOf(headers: Headers): number {
  const ms = Date.parse(headers.get('date') ?? '');
  if (!Number.isNaN(ms)) return ms;
  throw new CouldNotLookError(
    'The answer has no Date, so what time it is cannot be told; is a proxy between that takes headers away?',
  );
}
