import { beyondLimits } from '../../stacks/limits';
import { MOST_TABLES } from '../../stacks/constructs/definedTables';
import { variants } from '../../stacks/variants';
import { resources, synthesize, synthesizeTogether } from './support/synth';

const tables = (count: number, name: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => ({ name: name(index), partitionKey: { name: 'id', type: 'S' } }));

test('as many tables as are promised are within the limits of AWS, with the longest names, and a key each', () => {
  const many = tables(MOST_TABLES, (index) => `${index}`.padStart(255, 'x')).map((table, index) => ({
    ...table,
    kmsKeyArn: `arn:aws:kms:eu-central-1:111111111111:key/${`${index}`.padStart(36, '0')}`,
  }));
  const settings = { ...variants.minimal, tables: many, encryption: { type: 'customer-managed' } };
  const stack = synthesizeTogether(settings);
  expect(resources(stack, 'aws_lambda_event_source_mapping')).toHaveLength(MOST_TABLES);
  const managed = resources(stack, 'aws_iam_policy').map(({ body }) => String(body.name).replace(/-\d+$/, ''));
  expect([...new Set(managed)].sort()).toEqual(['dcs-drill-reader', 'dcs-operator', 'dcs-table-definition']);
});

test('what AWS would refuse, synth refuses: which limit, by how much, and what to do', () => {
  const long = { ...variants.minimal, tables: tables(210, (index) => `${index}`.padStart(255, 'x')) };
  expect(() => synthesize(long)).toThrow(
    /the rule aws_cloudwatch_event_rule\.source_table-definitions_schedule: 7 targets; AWS takes at most 5\. Next: deploy the tables in two/,
  );
});

test('where EventBridge takes fewer rules, fewer tables have a drill of their own, and the message says what helps', () => {
  const destination = { ...variants.minimal.destination, region: 'eu-south-1' };
  const many = (count: number) => ({ ...variants.minimal, destination, tables: tables(count, (n) => `table-${n}`) });
  expect(() => synthesize(many(80))).not.toThrow();
  expect(() => synthesize(many(120))).toThrow(
    /the account of aws\.destination in eu-south-1: 1\d\d rules of EventBridge; AWS takes at most 100\. Next: drill the tables/,
  );
  expect(() => synthesize({ ...many(120), drill: { enabled: false } })).not.toThrow();
});

test('so many former keys that no rule could watch them are refused', () => {
  const of = (count: number) => ({
    ...variants.minimal,
    encryption: {
      type: 's3-managed',
      formerKeyArns: Array.from(
        { length: count },
        (_, index) => `arn:aws:kms:eu-west-1:222222222222:key/${`${index}`.padStart(36, '0')}`,
      ),
    },
  });
  expect(() => synthesize(of(18))).not.toThrow();
  expect(() => synthesize(of(40))).toThrow(/the event pattern of the rule dcs-tampering-key: .* Next: name fewer keys/);
});

describe('each limit counts', () => {
  const long = (length: number) => 'x'.repeat(length);
  const document = (length: number) => JSON.stringify({ Statement: long(length - 16) });
  const metrics = (count: number) => ({ properties: { metrics: Array(count).fill([]) } });
  const all = (length: number, body: (index: number) => object) =>
    Object.fromEntries(Array.from({ length }, (_, index) => [`a${index}`, body(index)]));
  const one = (body: object) => ({ one: body });
  const widgets = (...each: object[]) => one({ dashboard_body: JSON.stringify({ widgets: each }) });

  test.each<[string, (size: number) => object, string, number]>([
    [
      'two inline policies of one role',
      (size) => all(2, () => ({ name: 'role', policy: document(size / 2) })),
      'aws_iam_role_policy',
      10_240,
    ],
    ['a managed policy', (size) => one({ name: 'p', policy: document(size) }), 'aws_iam_policy', 6_144],
    ['managed policies of a role', (size) => all(size, () => ({ role: 'r' })), 'aws_iam_role_policy_attachment', 10],
    ['rules of an account', (size) => all(size, () => ({ provider: 'aws.source' })), 'aws_cloudwatch_event_rule', 300],
    ['targets of a rule', (size) => all(size, () => ({ rule: 'r' })), 'aws_cloudwatch_event_target', 5],
    ['what a rule sends', (size) => one({ rule: 'r', input: long(size) }), 'aws_cloudwatch_event_target', 8_192],
    ['a trust policy', (size) => one({ name: 'role', assume_role_policy: document(size) }), 'aws_iam_role', 2_048],
    ['a bucket policy', (size) => one({ bucket: 'b', policy: document(size) }), 'aws_s3_bucket_policy', 20_480],
    ['a key policy', (size) => one({ policy: document(size) }), 'aws_kms_key', 32_768],
    [
      'an environment',
      (size) => one({ environment: { variables: { DCS: long(size - 3) } } }),
      'aws_lambda_function',
      4_096,
    ],
    ['lifecycle rules', (size) => one({ rule: Array(size).fill({}) }), 'aws_s3_bucket_lifecycle_configuration', 1_000],
    ['metrics of a graph', (size) => widgets(metrics(size)), 'aws_cloudwatch_dashboard', 500],
    [
      'metrics of a dashboard',
      (size) => widgets(...[1, 2, 3, 4, 5].map(() => metrics(400)), metrics(size - 2_200), metrics(200)),
      'aws_cloudwatch_dashboard',
      2_500,
    ],
    ['the pattern of a rule', (size) => one({ event_pattern: document(size) }), 'aws_cloudwatch_event_rule', 2_048],
    ['the name of a state machine', (size) => one({ name: long(size) }), 'aws_sfn_state_machine', 80],
    ['the name of a role', (size) => one({ name: long(size) }), 'aws_iam_role', 64],
    ['the name of an alarm', (size) => one({ alarm_name: long(size) }), 'aws_cloudwatch_metric_alarm', 255],
  ])('%s', (_what, make, type, most) => {
    const found = (size: number) => beyondLimits({ [type]: make(size) as Record<string, Record<string, unknown>> });
    expect(found(most)).toEqual([]);
    expect(found(most + 2)).toHaveLength(1);
  });

  test('permissions of one function together', () => {
    const permissions = (count: number) => ({
      aws_lambda_permission: all(count, (index) => ({
        ...{ function_name: 'f', statement_id: `s${index}`, source_arn: long(150) },
      })) as Record<string, Record<string, unknown>>,
    });
    expect(beyondLimits(permissions(20))).toEqual([]);
    expect(beyondLimits(permissions(60))).toHaveLength(1);
  });

  test('a reference counts as what can stand in its place', () => {
    const policy = JSON.stringify({ Resource: Array(60).fill('${aws_kms_key.one.arn}') });
    expect(beyondLimits({ aws_iam_role_policy: { one: { name: 'role', policy } } })).toHaveLength(1);
  });
});
