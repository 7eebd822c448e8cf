import fc from 'fast-check';
import { boundedName, namesOf } from '../../settings/names';
import { parseSettings } from '../../settings/load';
import { minimal } from '../../stacks/variants';

const tableName = fc.stringMatching(/^[a-zA-Z0-9_.-]{3,255}$/);

describe('names', () => {
  test('law: a name is one that Lambda and IAM take', () => {
    fc.assert(
      fc.property(tableName, (table) => {
        expect(boundedName(['dcs', 'capture', table])).toMatch(/^[A-Za-z0-9-]{1,64}$/);
      }),
    );
  });

  test('law: different tables have different names', () => {
    fc.assert(
      fc.property(tableName, tableName, (one, other) => {
        fc.pre(one !== other);
        expect(boundedName(['dcs', 'capture', one])).not.toBe(boundedName(['dcs', 'capture', other]));
      }),
    );
  });

  test.each([
    ['orders', 'dcs-capture-orders'],
    ['orders.v1', 'dcs-capture-orders-v1-75f0b9bb'],
    ['orders-v1', 'dcs-capture-orders-v1'],
  ])('the function of table %s is %s', (table, name) => {
    expect(namesOf(parseSettings(minimal)).capture(table)).toBe(name);
  });

  test('every ARN is of the partition of the regions', () => {
    const china = {
      ...minimal,
      source: { ...minimal.source, region: 'cn-north-1' },
      destination: { ...minimal.destination, region: 'cn-northwest-1' },
    };
    const names = namesOf(parseSettings(china));
    expect(names.sourceBucketArn).toBe('arn:aws-cn:s3:::example-dcs-source');
    expect(names.tableArn('users')).toBe('arn:aws-cn:dynamodb:cn-north-1:111111111111:table/users');
    expect(names.replicationRoleArn).toBe('arn:aws-cn:iam::111111111111:role/dcs-replication');
  });
});
