import { LONGEST_STREAM_LABEL, parseStreamArn } from '../../core/streamArn';

const ARN = 'arn:aws:dynamodb:eu-west-1:111111111111:table/users/stream/2026-11-23T08:00:00.000';

test.each([ARN, ARN.replace('arn:aws:', 'arn:aws-us-gov:'), ARN.replace('eu-west-1:111111111111', ':')])(
  'table name and stream label are read: %s',
  (arn) => {
    expect(parseStreamArn(arn)).toEqual({ tableName: 'users', streamLabel: '2026-11-23T08:00:00.000' });
  },
);

test('a label is as long as S3 and the lines of a run take it', () => {
  const arn = (length: number) => ARN.replace('2026-11-23T08:00:00.000', 'x'.repeat(length));
  expect(parseStreamArn(arn(LONGEST_STREAM_LABEL))).toBeDefined();
  expect(parseStreamArn(arn(LONGEST_STREAM_LABEL + 1))).toBeUndefined();
});

test.each([
  undefined,
  7,
  [ARN],
  '',
  `x${ARN}`,
  `${ARN}/x`,
  `${ARN}\n`,
  ARN.replace('aws', ''),
  ARN.replace('/users', '/'),
  ARN.replace('/users', '/users/index'),
  ARN.replace('dynamodb', 'kinesis'),
  ARN.slice(0, ARN.indexOf('2026')),
  'arn:aws:dynamodb:eu-west-1:111111111111:table/users',
])('%j is the ARN of no stream', (arn) => {
  expect(parseStreamArn(arn)).toBeUndefined();
});
