import type { EventSelector } from '@aws-sdk/client-cloudtrail';
import type { TrailSelectors } from '../../../aws/trailSelectors';
import { judgeTrails } from '../../../operations/check/trailCheck';

const trail = (selectors: TrailSelectors = {}, isLogging = true, name = 'account') => ({
  ...{ arn: `arn:aws:cloudtrail:eu-west-1:222222222222:trail/${name}`, isLogging, selectors },
});
const classic = (...EventSelectors: EventSelector[]): TrailSelectors => ({ EventSelectors });
/** Each field as `[name, operator, values]`. */
const advanced = (...fields: [string, string, ...string[]][]): TrailSelectors => ({
  AdvancedEventSelectors: [
    { FieldSelectors: fields.map(([Field, operator, ...values]) => ({ Field, [operator]: values })) },
  ],
});
const MANAGEMENT: [string, string, string] = ['eventCategory', 'Equals', 'Management'];
const verdictOf = (selectors: TrailSelectors, hasKey = true) =>
  judgeTrails([trail(selectors)], { region: 'eu-west-1', hasKey }).verdict;

// Selectors as CloudTrail's user guide gives them: logging-management-events-with-cloudtrail, "Logging management events with the AWS CLI".
test.each<[string, TrailSelectors]>([
  ['no selector of its own', {}],
  ['the selector that CloudTrail gives a trail', classic({ ReadWriteType: 'All', IncludeManagementEvents: true })],
  ['a selector that says nothing, whose defaults are all management events', classic({})],
  ['writes alone', classic({ ReadWriteType: 'WriteOnly' })],
  ['writes in its second selector', classic({ ReadWriteType: 'ReadOnly' }, { ReadWriteType: 'WriteOnly' })],
  ['advanced: management events', advanced(MANAGEMENT)],
  ['advanced: writes alone', advanced(MANAGEMENT, ['readOnly', 'Equals', 'false'])],
  ['advanced: all but RDS', advanced(MANAGEMENT, ['eventSource', 'NotEquals', 'rdsdata.amazonaws.com'])],
])('a trail with %s hears of tampering', (_, selectors) => {
  expect(verdictOf(selectors)).toBe('ok');
});

test.each<[string, TrailSelectors]>([
  ['reads alone', classic({ ReadWriteType: 'ReadOnly', IncludeManagementEvents: true })],
  ['data events alone', classic({ ReadWriteType: 'All', IncludeManagementEvents: false })],
  ['advanced: reads alone', advanced(MANAGEMENT, ['readOnly', 'Equals', 'true'])],
  ['advanced: data events alone', advanced(['eventCategory', 'Equals', 'Data'], ['readOnly', 'Equals', 'false'])],
  ['advanced: one other service', advanced(MANAGEMENT, ['eventSource', 'Equals', 'ec2.amazonaws.com'])],
  ['advanced: no service of a letter', advanced(MANAGEMENT, ['eventSource', 'NotStartsWith', 's'])],
  ['advanced: a field that may leave it out', advanced(MANAGEMENT, ['userIdentity.arn', 'NotEquals', 'arn:somebody'])],
])('a trail with %s is a problem', (_, selectors) => {
  expect(verdictOf(selectors)).toBe('problem');
});

test.each([
  ['classic', classic({ ExcludeManagementEventSources: ['kms.amazonaws.com'] })],
  ['advanced', advanced(MANAGEMENT, ['eventSource', 'NotEquals', 'kms.amazonaws.com'])],
])('without the events of KMS nobody hears of the key, where the copy has one: %s', (_, selectors) => {
  expect(verdictOf(selectors, false)).toBe('ok');
  const { verdict, found, remedy } = judgeTrails([trail(selectors)], { region: 'eu-west-1', hasKey: true });
  expect({ verdict, found }).toEqual({
    verdict: 'problem',
    found: `${trail().arn}: no event that changes something is logged of kms.amazonaws.com`,
  });
  expect(remedy).toContain(`put-event-selectors, --trail-name ${trail().arn}`);
});

test('a trail that is not told of is never taken for a good one, nor for a bad one', () => {
  const watched = { region: 'eu-west-1', hasKey: true };
  const arn = 'arn:aws:cloudtrail:us-east-1:999999999999:trail/organization';
  const unseen = { arn, unseen: 'TrailNotFoundException: Unknown trail' };
  for (const trails of [
    [unseen],
    [trail({}, false), unseen],
    [trail(classic({ ReadWriteType: 'ReadOnly' })), unseen],
  ]) {
    expect(judgeTrails(trails, watched)).toMatchObject({
      verdict: 'cannotTell',
      found: `${arn}: TrailNotFoundException: Unknown trail`,
    });
  }
  expect(judgeTrails([unseen, trail()], watched).verdict).toBe('ok');
});

test('several trails may hear of it together, and one that is stopped hears nothing', () => {
  const watched = { region: 'eu-west-1', hasKey: true };
  const withoutKeys = trail(classic({ ExcludeManagementEventSources: ['kms.amazonaws.com'] }), true, 'first');
  expect(judgeTrails([withoutKeys, trail()], watched).verdict).toBe('ok');
  expect(judgeTrails([withoutKeys, trail({}, false)], watched).verdict).toBe('problem');
  expect(judgeTrails([trail({}, false)], watched)).toMatchObject({
    verdict: 'problem',
    remedy: `aws cloudtrail start-logging --name ${trail().arn}`,
  });
  expect(judgeTrails([], watched).verdict).toBe('warning');
});
