import { DcsError } from '../../core/errors';

/**
 * An event source mapping of a DynamoDB stream: the arguments of Terraform's `aws_lambda_event_source_mapping` in
 * camel case. Left out means what it means in Lambda.
 */
export interface EventSourceMapping {
  /** Names the folder of parked batches. */
  readonly uuid: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  /** Records in one invocation at most, 1 to 10,000. Default 100. */
  readonly batchSize?: number;
  /** How long an incomplete batch waits for more, 0 to 300. Default 0. */
  readonly maximumBatchingWindowInSeconds?: number;
  /** Batches of one shard under way at the same time, 1 to 10. Records of one item stay in order. Default 1. */
  readonly parallelizationFactor?: number;
  readonly bisectBatchOnFunctionError?: boolean;
  /** 0 to 10,000; -1, the default: until the records are too old. */
  readonly maximumRetryAttempts?: number;
  /** 60 to 604,800; -1, the default: the 24 hours that a stream keeps its records. */
  readonly maximumRecordAgeInSeconds?: number;
  readonly functionResponseTypes?: readonly string[];
  /** Where failed batches are parked. Without it they are discarded, as Lambda does. */
  readonly destinationConfig?: { readonly onFailure?: { readonly destinationArn: string } };
}

/** A mapping that has been checked, with nothing left out. Times in seconds, as in Lambda. */
export interface PlayableMapping {
  readonly uuid: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly batchSize: number;
  readonly maximumBatchingWindowInSeconds: number;
  readonly parallelizationFactor: number;
  readonly bisectBatchOnFunctionError: boolean;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeInSeconds: number;
  readonly reportBatchItemFailures: boolean;
  readonly parksFailedBatches: boolean;
}

const STREAM_RETENTION_SECONDS = 24 * 60 * 60;

const INFINITE = -1;
const RANGES = {
  batchSize: { min: 1, max: 10_000, default: 100 },
  maximumBatchingWindowInSeconds: { min: 0, max: 300, default: 0 },
  parallelizationFactor: { min: 1, max: 10, default: 1 },
  maximumRetryAttempts: { min: 0, max: 10_000, default: INFINITE, infinite: true },
  maximumRecordAgeInSeconds: { min: 60, max: 604_800, default: INFINITE, infinite: true },
} as const;
const NUMBERS = Object.keys(RANGES) as (keyof typeof RANGES)[];

const PLAYED = new Set<string>([
  ...NUMBERS,
  'uuid',
  'startingPosition',
  'bisectBatchOnFunctionError',
  'functionResponseTypes',
  'destinationConfig',
]);

/** @throws DcsError that names every setting which is out of range, or which the pump does not play */
export function playable(mapping: EventSourceMapping): PlayableMapping {
  const problems = [...notPlayed(mapping), ...outOfRange(mapping), ...unknownChoices(mapping)];
  if (problems.length > 0) {
    throw new DcsError(`the event source mapping cannot be played: ${problems.join('; ')}`);
  }
  const number = (name: keyof typeof RANGES) => mapping[name] ?? RANGES[name].default;
  const age = number('maximumRecordAgeInSeconds');
  return {
    uuid: mapping.uuid,
    startingPosition: mapping.startingPosition,
    batchSize: number('batchSize'),
    maximumBatchingWindowInSeconds: number('maximumBatchingWindowInSeconds'),
    parallelizationFactor: number('parallelizationFactor'),
    bisectBatchOnFunctionError: mapping.bisectBatchOnFunctionError ?? false,
    maximumRetryAttempts: number('maximumRetryAttempts'),
    maximumRecordAgeInSeconds: age === INFINITE ? STREAM_RETENTION_SECONDS : Math.min(age, STREAM_RETENTION_SECONDS),
    reportBatchItemFailures: mapping.functionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    parksFailedBatches: mapping.destinationConfig?.onFailure !== undefined,
  };
}

function notPlayed(mapping: EventSourceMapping): string[] {
  return Object.entries(mapping)
    .filter(([name, value]) => !PLAYED.has(name) && value !== undefined)
    .map(([name]) => `${name} is not played by the local pump (played are ${[...PLAYED].sort().join(', ')})`);
}

function outOfRange(mapping: EventSourceMapping): string[] {
  return NUMBERS.flatMap((name) => {
    const value = mapping[name];
    const range = RANGES[name];
    if (value === undefined || ('infinite' in range && value === INFINITE)) return [];
    if (Number.isInteger(value) && value >= range.min && value <= range.max) return [];
    const orInfinite = 'infinite' in range ? `${INFINITE} or ` : '';
    return [`${name} is ${value}, it has to be ${orInfinite}a whole number from ${range.min} to ${range.max}`];
  });
}

function unknownChoices(mapping: EventSourceMapping): string[] {
  const problems: string[] = [];
  if (!mapping.uuid) problems.push('uuid is empty, it names the folder of parked batches');
  if (!['TRIM_HORIZON', 'LATEST'].includes(mapping.startingPosition)) {
    problems.push(`startingPosition is ${mapping.startingPosition}, it has to be TRIM_HORIZON or LATEST`);
  }
  const unknownTypes = (mapping.functionResponseTypes ?? []).filter((type) => type !== 'ReportBatchItemFailures');
  if (unknownTypes.length > 0) {
    problems.push(`functionResponseTypes has ${unknownTypes.join(', ')}, the one known is ReportBatchItemFailures`);
  }
  const destination = mapping.destinationConfig?.onFailure?.destinationArn;
  if (destination !== undefined && !/^arn:[^:]+:s3:::[^/]+$/.test(destination)) {
    problems.push(
      `destinationConfig.onFailure.destinationArn is ${destination}, the pump plays arn:aws:s3:::<bucket> only`,
    );
  }
  return problems;
}
