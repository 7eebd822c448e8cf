import { sweepEveryMs } from '../../core/lockRenewal';
import { lockRenewalSettings } from '../../lambda/lock-renewal/settings';
import { variants } from '../../stacks/variants';
import { statesOf } from './support/alarmState';
import type { Series } from './support/metricMath';
import { resource, resources, statements, synthesizeTogether } from './support/synth';

const stack = synthesizeTogether(variants.tables);

test('the function gets the environment that it reads, which is the lock of the bucket, and its whole time', () => {
  const { environment, timeout } = resource(stack, 'aws_lambda_function.destination_lock-renewal_function');
  const { variables } = environment as { variables: Record<string, string> };
  const { rule } = resource(stack, 'aws_s3_bucket_object_lock_configuration.destination_object-lock') as {
    rule: { default_retention: { mode: string; days: number } };
  };
  const { mode, days: retentionDays } = rule.default_retention;
  expect(lockRenewalSettings({ ...variables, AWS_REGION: 'eu-west-1' })).toEqual({
    ...{ bucket: 'example-dcs-destination', prefix: 'dcs/', region: 'eu-west-1', rule: { mode, retentionDays } },
  });
  expect(timeout).toBe(900);
});

test('what is wrong with the environment is said at once', () => {
  expect(() => lockRenewalSettings({ DCS_PREFIX: 'x', DCS_LOCK_MODE: 'OFF' })).toThrow(
    /DCS_BUCKET is "".*DCS_PREFIX is "x".*AWS_REGION is "".*DCS_LOCK_MODE is "OFF".*DCS_RETENTION_DAYS is ""/,
  );
});

test('it may lengthen locks up to the retention, bypass nothing, and a GOVERNANCE deployment locks nothing in COMPLIANCE mode', () => {
  const renewing = (variant: keyof typeof variants) =>
    statements(synthesizeTogether(variants[variant])).filter(({ statement }) => statement.Sid === 'RenewLocks');
  const [compliance, governance] = [renewing('minimal'), renewing('everything')].map(([one]) => one?.statement);
  expect(compliance).toMatchObject({
    Action: 's3:PutObjectRetention',
    Condition: {
      NumericLessThanEqualsIfExists: { 's3:object-lock-remaining-retention-days': '31' },
      StringEqualsIfExists: { 's3:object-lock-mode': ['COMPLIANCE', 'GOVERNANCE'] },
    },
  });
  expect(governance?.Condition?.StringEqualsIfExists).toEqual({ 's3:object-lock-mode': ['GOVERNANCE'] });
});

test('nothing of it is deployed where nothing is locked, or nothing is to be renewed', () => {
  const off = { ...variants.minimal, destination: { ...variants.minimal.destination, objectLock: { renewal: false } } };
  for (const settings of [variants.paused, off]) {
    const addresses = resources(synthesizeTogether(settings)).map(({ address }) => address);
    expect(addresses.filter((address) => address.includes('lock-renewal'))).toEqual([]);
  }
});

describe('its alarms', () => {
  const alarm = (id: string) => resource(stack, `aws_cloudwatch_metric_alarm.destination_lock-renewal_${id}`);
  const RUNS = 40;
  /** A value each quarter of an hour, as the function publishes it. */
  const runs = (value: (run: number) => number | undefined): Series =>
    Array.from({ length: RUNS * 15 }, (_, minute) => (minute % 15 === 7 ? value(Math.floor(minute / 15)) : undefined));
  const unlocked = (value: (run: number) => number | undefined) =>
    statesOf(alarm('locks-unlocked'), { UnlockedVersions: runs(value) });

  test('ring when something could not be locked, and when nobody says anything any more', () => {
    expect(new Set(unlocked(() => 0).slice(4))).toEqual(new Set(['OK']));
    expect(unlocked((run) => (run < 20 ? 0 : 3)).at(-1)).toBe('ALARM');
    expect(unlocked((run) => (run < 20 ? 0 : undefined)).at(-1)).toBe('ALARM');
    expect(unlocked((run) => (run === 20 ? undefined : 0)).at(-1)).toBe('OK');
  });

  test('ring when a sweep does not come to an end, long before the first lock could run out', () => {
    const every = sweepEveryMs({ retentionDays: 30 }) / 1_000;
    const { threshold } = alarm('locks-overdue');
    expect(threshold).toBeGreaterThan(every + 3_600);
    expect(threshold).toBeLessThan(1.5 * every);
    const states = statesOf(alarm('locks-overdue'), {
      LockSweepAgeSeconds: runs((run) => (run < 20 ? every : every * 1.4)),
    });
    expect([states[19], states.at(-1)]).toEqual(['OK', 'ALARM']);
  });
});
