import { playable, type EventSourceMapping } from '../../../local/pump/mapping';

const MAPPING: EventSourceMapping = { uuid: 'u', startingPosition: 'TRIM_HORIZON' };

test('what is left out is what Lambda takes', () => {
  expect(playable(MAPPING)).toEqual({
    uuid: 'u',
    startingPosition: 'TRIM_HORIZON',
    batchSize: 100,
    maximumBatchingWindowInSeconds: 0,
    parallelizationFactor: 1,
    bisectBatchOnFunctionError: false,
    maximumRetryAttempts: -1,
    maximumRecordAgeInSeconds: 86_400,
    reportBatchItemFailures: false,
    parksFailedBatches: false,
  });
});

test('an age beyond what the stream keeps ends with the stream', () => {
  expect(playable({ ...MAPPING, maximumRecordAgeInSeconds: 604_800 }).maximumRecordAgeInSeconds).toBe(86_400);
});

test('every number is checked against its range, -1 being infinite where Lambda has it so', () => {
  const bounds = {
    batchSize: [1, 10_000],
    maximumBatchingWindowInSeconds: [0, 300],
    parallelizationFactor: [1, 10],
    maximumRetryAttempts: [0, 10_000],
    maximumRecordAgeInSeconds: [60, 604_800],
  };
  for (const [name, [min = 0, max = 0]] of Object.entries(bounds)) {
    const set = (value: number) => () => playable({ ...MAPPING, [name]: value });
    for (const good of [min, max]) expect(set(good)).not.toThrow();
    for (const bad of [min - 2, max + 1, min + 0.5]) expect(set(bad)).toThrow(`${name} is ${bad}, it has to be`);
  }
  expect(() => playable({ ...MAPPING, batchSize: -1 })).toThrow('batchSize');
  expect(() => playable({ ...MAPPING, maximumRetryAttempts: -1, maximumRecordAgeInSeconds: -1 })).not.toThrow();
});

test.each(['filterCriteria', 'tumblingWindowInSeconds', 'provisionedPollerConfig'])('%s is refused by name', (name) => {
  expect(() => playable({ ...MAPPING, [name]: {} })).toThrow(`${name} is not played by the local pump`);
});

test('all that is wrong is said at once', () => {
  const wrong = {
    ...MAPPING,
    uuid: '',
    startingPosition: 'AT_TIMESTAMP' as 'LATEST',
    functionResponseTypes: ['ReportEverything'],
    destinationConfig: { onFailure: { destinationArn: 'arn:aws:sqs:eu-west-1:111111111111:parked' } },
  };
  for (const problem of ['uuid', 'AT_TIMESTAMP', 'ReportEverything', 'arn:aws:sqs']) {
    expect(() => playable(wrong)).toThrow(problem);
  }
});

test('a bucket as on-failure destination is where batches are parked', () => {
  const destinationConfig = { onFailure: { destinationArn: 'arn:aws:s3:::source-bucket' } };
  expect(playable({ ...MAPPING, destinationConfig }).parksFailedBatches).toBe(true);
});
