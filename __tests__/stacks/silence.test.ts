import { METRICS } from '../../settings/metrics';
import { variants } from '../../stacks/variants';
import { statesOf, type Recorded } from './support/alarmState';
import { evaluate, type Series } from './support/metricMath';
import { resources, synthesizeTogether } from './support/synth';

/*
 * What each alarm shows in each kind of failure: the alarms of the stack, evaluated over what AWS documents that the metrics
 * do there (Lambda developer guide, monitoring-metrics-types; DynamoDB developer guide, metrics-dimensions).
 */

const MINUTES = 240;
const FAULT_AT = 60;
const minutes = (value: (minute: number) => number | undefined): Series =>
  Array.from({ length: MINUTES }, (_, minute) => value(minute));
const always = (value: number) => minutes(() => value);
/** Until the fault, and from then on. */
const then = (before: number | undefined, after: (sinceMinutes: number) => number | undefined) =>
  minutes((minute) => (minute < FAULT_AT ? before : after(minute - FAULT_AT)));

/** Written to ten times a minute, and captured within a second. */
const busy: Recorded = {
  ConsumedWriteCapacityUnits: always(10),
  PolledEventCount: always(10),
  Invocations: always(10),
  Errors: always(0),
  Throttles: always(0),
  IteratorAge: always(900),
  ReplicationLatency: always(4),
  OperationsPendingReplication: always(12),
};
/** Nobody writes: polls find nothing, which is a 0, and nothing is invoked. */
const idle: Recorded = { PolledEventCount: always(0) };
/** A change every half hour, at the end of a quarter, that is polled in the next one. */
const rare: Recorded = {
  ConsumedWriteCapacityUnits: minutes((minute) => (minute % 30 === 14 ? 1 : undefined)),
  PolledEventCount: minutes((minute) => (minute % 30 === 15 ? 1 : 0)),
};
const gone = Object.fromEntries(
  ['PolledEventCount', 'Invocations', 'Errors', 'Throttles', 'IteratorAge'].map((name) => [
    name,
    then(busy[name]?.[0], () => undefined),
  ]),
);

const SCENARIOS: readonly [what: string, recorded: Recorded, ringing: readonly string[]][] = [
  ['all is well, and the table is busy', busy, []],
  ['all is well, and nobody writes', idle, []],
  ['all is well, and a change comes now and then', rare, []],
  ['the mapping is disabled: its metrics end', { ...busy, ...gone }, ['not-polled', 'stalled']],
  ['the mapping is disabled, and nobody writes', { PolledEventCount: then(0, () => undefined) }, ['not-polled']],
  ['the stream is off: polls find nothing', { ...busy, ...gone, PolledEventCount: then(10, () => 0) }, ['stalled']],
  ['the function may not use the key of the table: no poll succeeds', { ...busy, ...gone }, ['not-polled', 'stalled']],
  [
    'the function may not write to the bucket: partial answers, no errors',
    { ...busy, FailedInvokeEventCount: then(undefined, () => 10), IteratorAge: then(900, (since) => since * 60_000) },
    ['failed-events', 'lag'],
  ],
  [
    'the function ends with errors',
    {
      ...busy,
      Errors: then(0, () => 10),
      FailedInvokeEventCount: then(undefined, () => 10),
      IteratorAge: then(900, (since) => since * 60_000),
    },
    ['errors', 'failed-events', 'lag'],
  ],
  [
    'one batch fails and succeeds when it is tried again',
    { ...busy, FailedInvokeEventCount: then(undefined, (since) => (since === 0 ? 10 : undefined)) },
    [],
  ],
  ['a batch is parked', { ...busy, OnFailureDestinationDeliveredEventCount: then(undefined, () => 3) }, ['parked']],
  [
    'a batch cannot be parked',
    { ...busy, DestinationDeliveryFailures: then(undefined, () => 1), DroppedEventCount: then(undefined, () => 500) },
    ['dropped', 'parking-failed'],
  ],
  [
    'replication falls behind',
    { ...busy, ReplicationLatency: then(4, (since) => since * 60) },
    ['replication-latency'],
  ],
  ['replications fail', { ...busy, OperationsFailedReplication: then(undefined, () => 2) }, ['replication-failed']],
];

const alarms = resources(synthesizeTogether(variants.minimal), 'aws_cloudwatch_metric_alarm')
  .filter(({ address }) => address.includes('.source_') && !address.includes('table-definition')) // of another function
  .map(({ address, body }) => ({
    name: address.replace(/^.*(capture-users|replication|watch)[-_](?=[a-z])/, ''),
    body,
  }));

describe('which alarms of the source account ring when', () => {
  test.each(SCENARIOS)('%s', (_what, recorded, ringing) => {
    for (const name of Object.keys(recorded)) expect(Object.keys(METRICS)).toContain(name);
    const rang = alarms.filter(({ body }) =>
      statesOf(body, recorded)
        .slice(FAULT_AT / 15 + 2)
        .includes('ALARM'),
    );
    const names = rang.map(({ body }) => (body.alarm_name as string).replace(/^dcs-(capture-users-)?/, ''));
    expect(names.sort()).toEqual(ringing);
    for (const { body } of rang) expect(statesOf(body, recorded).at(-1)).toBe('ALARM');
  });

  test('a stall rings long before the stream forgets: within the hour', () => {
    const stalled = alarms.find(({ body }) => body.alarm_name === 'dcs-capture-users-stalled')?.body ?? {};
    const rings = statesOf(stalled, { ...busy, ...gone }).indexOf('ALARM');
    expect((rings + 1) * 15 - FAULT_AT).toBeLessThanOrEqual(60);
  });

  test('without FILL the alarm on a stall would be blind to a mapping that is disabled', () => {
    const stalled = alarms.find(({ body }) => body.alarm_name === 'dcs-capture-users-stalled')?.body ?? {};
    const blind = JSON.parse(JSON.stringify(stalled).replaceAll(/FILL\((\w+), 0\)/g, '$1')) as typeof stalled;
    expect(statesOf(blind, { ...busy, ...gone })).not.toContain('ALARM');
  });
});

describe('metric math', () => {
  const metrics = { a: [1, undefined, 0], b: [undefined, 2, 0] };
  test.each<[string, Series]>([
    ['FILL(a, 5)', [1, 5, 0]],
    ['a == 0', [0, undefined, 1]],
    ['IF(FILL(a, 0) > 0 AND FILL(b, 0) == 0, 1, 0)', [1, 0, 0]],
    ['IF(a > 0, b, 7)', [undefined, undefined, 7]],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression, metrics)).toEqual(expected);
  });
  test.each(['RATE(a)', 'a + b', 'c', 'IF(a'])('what is not known here is refused: %s', (expression) => {
    expect(() => evaluate(expression, metrics)).toThrow(expression);
  });
});
