import { NotAPlan, parsePlan } from '../../planReview/plan';
import { reviewPlan } from '../../planReview/review';

const LISTS = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const OBJECTS = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
const VALUES = ['null', 'true', '7', '1e400', '""', '"text"', '[]', '[null]', '[[]]', '{}', '[{}]', LISTS, OBJECTS];
const TYPES = [
  ...['aws_s3_bucket', 'aws_s3_bucket_policy', 'aws_s3_bucket_lifecycle_configuration', 'aws_s3_bucket_versioning'],
  ...['aws_s3_bucket_replication_configuration', 'aws_s3_bucket_object_lock_configuration', 'aws_kms_key'],
  ...['aws_dynamodb_table', 'aws_lambda_function', 'aws_lambda_event_source_mapping', 'aws_iam_role_policy'],
  ...['aws_cloudwatch_metric_alarm', 'aws_sns_topic_subscription', 'aws_unheard_of'],
];

/** A plan is reviewed, or refused as none; whatever it holds, nothing else is thrown. */
function expectTold(text: string): void {
  try {
    expect(Array.isArray(reviewPlan(parsePlan(text)))).toBe(true);
  } catch (error) {
    expect(error).toBeInstanceOf(NotAPlan);
    expect((error as Error).message.length).toBeLessThan(1_000);
  }
}

const plan = (more: string) => `{"format_version":"1.2","planned_values":{}${more}}`;

test.each([...VALUES, '', '{', '\u0000', 'PK\u0003\u0004'])(
  'a file that is %.20s is no plan, and said to be none',
  (text) => {
    expect(() => parsePlan(text)).toThrow(NotAPlan);
    expectTold(text);
  },
);

test('a byte order mark is skipped, and UTF-16, as PowerShell saves it, is named', () => {
  expect(parsePlan(`\uFEFF${plan('')}`)).toEqual({ changes: [], drift: [] });
  for (const mark of ['\uFEFF', ''])
    expect(() => parsePlan(Buffer.from(mark + plan(''), 'utf16le').toString('utf8'))).toThrow(
      'it is UTF-16, or no text',
    );
});

test.each(['resource_changes', 'resource_drift', 'deferred_changes', 'format_version', 'planned_values', 'errored'])(
  '%s may be anything',
  (field) => {
    for (const value of VALUES) for (const text of [value, `[${value}]`]) expectTold(plan(`,"${field}":${text}`));
  },
);

test.each(TYPES)('whatever a change of %s holds', (type) => {
  const change = (inner: string) =>
    plan(`,"resource_changes":[{"address":"${type}.x","type":"${type}","mode":"managed","change":${inner}}]`);
  for (const value of VALUES) {
    expectTold(change(value));
    for (const field of ['before', 'after', 'after_unknown', 'replace_paths', 'actions']) {
      expectTold(change(`{"actions":["update"],"before":{},"after":{},"${field}":${value}}`));
    }
    for (const argument of [
      'policy',
      'rule',
      'bucket',
      'environment',
      'versioning_configuration',
      'threshold',
      'enabled',
    ])
      expectTold(change(`{"actions":["update"],"before":{"${argument}":${value}},"after":{"${argument}":[{"a":1}]}}`));
    const policies = JSON.stringify(`{"Statement":${value}}`);
    expectTold(change(`{"actions":["update"],"before":{"policy":"{}"},"after":{"policy":${policies}}}`));
  }
});
