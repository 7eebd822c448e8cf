import { minimal, variants } from '../../stacks/variants';
import { bodies, planned } from './planned';
import { found } from './support';

const everything = variants.everything;

test.each([
  [
    'more addresses for alarms',
    everything,
    { alarms: { ...everything.alarms, emails: [...everything.alarms.emails, 'c@example.com'] } },
  ],
  ['more memory', minimal, { capture: { memoryMb: 1024 } }],
  ['a longer timeout', minimal, { capture: { timeoutSeconds: 120 } }],
  ['more attempts', minimal, { capture: { maximumRetryAttempts: 1000 } }],
  ['logs that are kept for longer', minimal, { capture: { logRetentionDays: 365 } }],
  [
    'versions that are kept for longer',
    minimal,
    { destination: { ...minimal.destination, lifecycle: { noncurrentVersionExpirationDays: 3650 } } },
  ],
  ['a larger sample for the drill', everything, { drill: { ...everything.drill, sampleItemCount: 10_000 } }],
])('%s: settings that pass without findings', (_what, settings, change) => {
  const [before] = Object.values(bodies(settings));
  const [after] = Object.values(bodies({ ...settings, ...change }));
  expect(before).not.toEqual(after);
  expect(found(...planned(before!, after!))).toEqual([]);
});

test('of a table that goes over to a journal, or back, what expires and the end of the compactor are for somebody to look at', () => {
  const [images, journal] = [{}, { layout: 'journal' }].map((more) => {
    const [stack] = Object.values(bodies({ ...minimal, tables: [{ ...minimal.tables[0], ...more }] }));
    return stack!;
  });
  expect(found(...planned(images!, journal!)).sort()).toEqual([
    'aws_s3_bucket_lifecycle_configuration.destination_bucket_lifecycle:expiration',
    'aws_s3_bucket_lifecycle_configuration.source_bucket_lifecycle:expiration',
  ]);
  const back = found(...planned(journal!, images!));
  expect(back.filter((each) => !each.includes('.destination_compactor_'))).toEqual([]);
  expect(back).toContain('aws_lambda_function.destination_compactor_function:destroyed');
});

test('one rule for a folder goes over into rules for what is in it', () => {
  const rule = (prefix: string, days: number) => ({
    id: prefix,
    status: 'Enabled',
    filter: [{ prefix }],
    expiration: [{ days }],
  });
  const of = (...rule: object[]) => ({ 'aws_s3_bucket_lifecycle_configuration.it': { rule } }) as never;
  const whole = of(rule('=dcs/', 365));
  const parts = (days: number) => of(rule('=dcs/users/verify/', days), rule('=dcs/users/drill/', 365));
  expect(found(...planned(whole, parts(365)))).toEqual([]);
  expect(found(...planned(whole, parts(364)))).toEqual(['aws_s3_bucket_lifecycle_configuration.it:expiration']);
  expect(found(...planned(parts(365), whole))).toEqual(['aws_s3_bucket_lifecycle_configuration.it:expiration']);
  const small = { ...rule('=dcs/', 1), filter: [{ and: [{ prefix: '=dcs/', object_size_less_than: 3 }] }] };
  expect(found(...planned(of(small, rule('=dcs/', 365)), parts(364)))).toEqual([
    'aws_s3_bucket_lifecycle_configuration.it:expiration',
  ]);
});
