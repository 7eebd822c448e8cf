import { compactedTable, compactorSettings, type CompactorEvent } from '../../lambda/compactor/settings';
import { compactorSchedule } from '../../settings/compactor';
import { isCron } from '../../settings/schedule';
import { variants } from '../../stacks/variants';
import { statesOf } from './support/alarmState';
import type { Series } from './support/metricMath';
import { resource, resources, statements, synthesizeTogether } from './support/synth';

const stack = synthesizeTogether(variants.journal);
const lambda = resource(stack, 'aws_lambda_function.destination_compactor_function');

test('the function gets the environment that it reads, memory and disk of the settings, and its whole time', () => {
  const { variables } = lambda.environment as { variables: Record<string, string> };
  expect(compactorSettings({ ...variables, AWS_REGION: 'eu-west-1' })).toEqual({
    ...{ bucket: 'example-dcs-destination', prefix: 'dcs/', region: 'eu-west-1' },
  });
  expect(lambda).toMatchObject({ timeout: 900, memory_size: 3_538, ephemeral_storage: { size: 10_240 } });
});

test('nothing is repeated at once, and nothing waits longer than for the next', () => {
  expect(resource(stack, 'aws_lambda_function_event_invoke_config.destination_compactor_invocation')).toMatchObject({
    maximum_retry_attempts: 0,
    maximum_event_age_in_seconds: 3_600,
  });
});

test('each table with a journal has a schedule of its own that names it, and no other table has one', () => {
  const ours = (type: string) =>
    resources(stack, type).filter(({ address }) => address.includes('destination_compactor_'));
  const events = ours('aws_cloudwatch_event_target').map(
    ({ body }) => JSON.parse(body.input as string) as CompactorEvent,
  );
  expect(events.map((event) => compactedTable({ prefix: 'dcs/' }, event))).toEqual([
    { prefix: 'dcs/', tableName: 'orders' },
    { prefix: 'dcs/', tableName: 'users' },
  ]);
  const expressions = ours('aws_cloudwatch_event_rule').map(({ body }) => body.schedule_expression as string);
  expect(expressions).toEqual(['orders', 'users'].map(compactorSchedule));
  for (const expression of expressions) {
    expect(isCron(expression)).toBe(true);
    expect(expression).toMatch(/^cron\(\d+ \* \* \* \? \*\)$/); // every hour
  }
});

test('what is wrong with the environment or the event is said at once', () => {
  expect(() => compactorSettings({ DCS_PREFIX: 'x' })).toThrow(/DCS_BUCKET is "".*DCS_PREFIX is "x".*AWS_REGION is ""/);
  for (const event of [undefined, {}, { table: {} }, { table: { name: '../x' } }]) {
    expect(() => compactedTable({ prefix: '' }, event)).toThrow('write {"table":{"name":"users"}}');
  }
});

test('nothing of it is deployed where no table has a journal', () => {
  const addresses = resources(synthesizeTogether(variants.minimal)).map(({ address }) => address);
  expect(addresses.filter((address) => address.includes('compactor'))).toEqual([]);
});

test('its role adds to runs and bases, puts its two tags and no other, and deletes nothing', () => {
  const own = statements(stack).filter(({ address }) => address.includes('destination_compactor_'));
  const allowed = own.flatMap(({ statement }) => statement.Action);
  expect(allowed.filter((action) => /Delete|Retention|LegalHold|Bypass|Policy|\*/.test(action))).toEqual([]);
  const bySid = Object.fromEntries(own.map(({ statement }) => [statement.Sid, statement]));
  const bucket = 'arn:aws:s3:::example-dcs-destination';
  expect(bySid.AddRunsAndBases).toMatchObject({
    Action: 's3:PutObject',
    Resource: [`${bucket}/dcs/=dcs/*/runs/*`, `${bucket}/dcs/=dcs/*/base/*`],
  });
  expect(bySid.TagWhatIsSuperseded).toMatchObject({
    Resource: [`${bucket}/dcs/=dcs/*/runs/*`, `${bucket}/dcs/=dcs/*/base/*`],
    Condition: {
      StringEquals: { 's3:RequestObjectTag/dcs-superseded': 'yes' },
      'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': ['dcs-superseded'] },
    },
  });
});

describe('its alarms', () => {
  const alarm = (id: string) => resource(stack, `aws_cloudwatch_metric_alarm.destination_compactor_${id}`);
  const RUNS = 80;
  /** A value each hour, as the function publishes it. */
  const hourly = (value: (run: number) => number | undefined): Series =>
    Array.from({ length: RUNS * 60 }, (_, minute) => (minute % 60 === 7 ? value(Math.floor(minute / 60)) : undefined));
  const watched = {
    unfolded: ['UnfoldedJournalAgeSeconds', 3 * 3_600],
    base: ['BaseAgeSeconds', 49 * 3_600],
    unreadable: ['UnreadableJournalObjects', 1],
  } as const;

  test.each(Object.entries(watched))('%s rings when it goes on, and when nobody says anything any more', (id, of) => {
    const [metric, bad] = of;
    const states = (value: (run: number) => number | undefined) =>
      statesOf(alarm(`journal-users-${id}`), { [metric]: hourly(value) });
    expect(new Set(states(() => 0).slice(3))).toEqual(new Set(['OK']));
    expect(states((run) => (run < 40 ? 0 : bad)).at(-1)).toBe('ALARM');
    expect(states((run) => (run < 40 ? 0 : undefined)).at(-1)).toBe('ALARM');
    expect(states((run) => (run === 40 ? undefined : 0)).at(-1)).toBe('OK');
  });

  test('a base of every day and a run of every hour ring nothing, one that failed neither', () => {
    const sawtooth = (most: number) => (run: number) => (run % most) * 3_600;
    const base = statesOf(alarm('journal-users-base'), { BaseAgeSeconds: hourly(sawtooth(48)) });
    expect(new Set(base.slice(3))).toEqual(new Set(['OK']));
    const unfolded = statesOf(alarm('journal-users-unfolded'), { UnfoldedJournalAgeSeconds: hourly(sawtooth(3)) });
    expect(new Set(unfolded.slice(3))).toEqual(new Set(['OK']));
  });

  test('ring when the function fails, twice in three hours', () => {
    const failing = (fails: (run: number) => boolean) =>
      statesOf(alarm('compactor-errors'), { Errors: hourly((run) => (fails(run) ? 1 : undefined)) });
    expect(failing((run) => run === 40)).not.toContain('ALARM');
    expect(failing((run) => run > RUNS - 4).at(-1)).toBe('ALARM');
  });
});
