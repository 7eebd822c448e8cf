import { variants } from '../../stacks/variants';
import { misfits } from './support/authorization';
import { statements, synthesize, type PlacedStatement } from './support/synth';

describe.each(Object.keys(variants))('every statement of %s', (name) => {
  test('has conditions that belong to its actions, and actions that belong to its resources', async () => {
    const all = Object.values(synthesize(variants[name as keyof typeof variants])).flatMap(statements);
    const found = await Promise.all(
      all.map(async (placed) =>
        (await misfits(placed)).map((why) => `${placed.address} ${placed.statement.Sid}: ${why}`),
      ),
    );
    expect(found.flat()).toEqual([]);
  });
});

describe('what AWS would refuse, or never match, is found', () => {
  const OBJECT = 'arn:aws:s3:::bucket/*';
  const found = (kind: PlacedStatement['kind'], statement: object) =>
    misfits({ kind, statement: { Sid: 'It', Effect: 'Allow', ...statement } as PlacedStatement['statement'] });

  test.each<[string, PlacedStatement['kind'], object, string]>([
    [
      'a key of another action of the service',
      'resource',
      {
        Action: 's3:ReplicateObject',
        Resource: OBJECT,
        Condition: { Null: { 's3:object-lock-remaining-retention-days': 'true' } },
      },
      's3:object-lock-remaining-retention-days is not one of s3:ReplicateObject',
    ],
    [
      'a key that belongs to one of two actions',
      'resource',
      {
        Action: ['s3:PutObject', 's3:GetObject'],
        Resource: OBJECT,
        Condition: { Null: { 's3:if-none-match': 'true' } },
      },
      's3:if-none-match is not one of s3:GetObject',
    ],
    [
      'a key that there is not',
      'identity',
      { Action: 's3:PutObject', Resource: OBJECT, Condition: { Bool: { 'aws:SecureTransprt': 'true' } } },
      'aws:SecureTransprt is no key of s3:PutObject',
    ],
    [
      'an action that there is not',
      'identity',
      { Action: 's3:WriteObject', Resource: OBJECT },
      'there is no action s3:WriteObject',
    ],
    [
      'an action on objects for a bucket',
      'identity',
      { Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket' },
      's3:GetObject is not for arn:aws:s3:::bucket',
    ],
    [
      'an action on a bucket for its objects',
      'identity',
      { Action: 's3:ListBucket', Resource: OBJECT },
      's3:ListBucket is not for arn:aws:s3:::bucket/*',
    ],
    [
      'an action that takes no resource',
      'identity',
      { Action: 'dynamodb:ListStreams', Resource: 'arn:aws:dynamodb:eu-west-1:111111111111:table/users/stream/*' },
      'dynamodb:ListStreams is not for arn:aws:dynamodb:eu-west-1:111111111111:table/users/stream/*, but for *',
    ],
    [
      'an action on a table for its stream',
      'identity',
      { Action: 'dynamodb:GetItem', Resource: 'arn:aws:dynamodb:eu-west-1:111111111111:table/users/stream/*' },
      'dynamodb:GetItem is not for',
    ],
  ])('%s', async (_what, kind, statement, why) => {
    expect((await found(kind, statement)).join('; ')).toContain(why);
  });

  test.each<[string, PlacedStatement['kind'], object]>([
    [
      'one object of many resources',
      'identity',
      { Action: 's3:GetObject', Resource: ['arn:aws:s3:::bucket/a', OBJECT] },
    ],
    [
      'streams of a log group',
      'identity',
      { Action: 'logs:PutLogEvents', Resource: '${aws_cloudwatch_log_group.one.arn}:*' },
    ],
    [
      'a key policy',
      'resource',
      {
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: { StringEquals: { 'kms:EncryptionContext:aws:s3:arn': 'arn' } },
      },
    ],
  ])('what fits is not: %s', async (_what, kind, statement) => {
    expect(await found(kind, statement)).toEqual([]);
  });
});
