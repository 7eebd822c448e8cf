import type { AdvancedEventSelector, AdvancedFieldSelector, EventSelector } from '@aws-sdk/client-cloudtrail';

/** What a trail takes down: selectors of either kind, never of both. */
export interface TrailSelectors {
  readonly EventSelectors?: readonly EventSelector[];
  readonly AdvancedEventSelectors?: readonly AdvancedEventSelector[];
}

/**
 * Whether a trail takes down the management events that change something of a service. An event is logged where one selector takes
 * it; a trail without any logs all management events. Source: CloudTrail API reference, EventSelector, AdvancedEventSelector and
 * AdvancedFieldSelector.
 *
 * @param eventSource as `s3.amazonaws.com`
 */
export function logsWrites(
  { EventSelectors = [], AdvancedEventSelectors = [] }: TrailSelectors,
  eventSource: string,
): boolean {
  if (EventSelectors.length + AdvancedEventSelectors.length === 0) return true;
  const event = { eventCategory: 'Management', readOnly: 'false', eventSource };
  return (
    EventSelectors.some((selector) => takes(selector, eventSource)) ||
    AdvancedEventSelectors.some(({ FieldSelectors = [] }) => FieldSelectors.every((field) => fits(field, event)))
  );
}

function takes(
  { ReadWriteType = 'All', IncludeManagementEvents = true, ExcludeManagementEventSources = [] }: EventSelector,
  eventSource: string,
): boolean {
  return (
    IncludeManagementEvents && ReadWriteType !== 'ReadOnly' && !ExcludeManagementEventSources.includes(eventSource)
  );
}

/** A field that a management event is not selected by in a trail may leave it out: then nobody can rely on it. */
function fits(
  { Field = '', Equals, StartsWith, EndsWith, NotEquals, NotStartsWith, NotEndsWith }: AdvancedFieldSelector,
  event: Readonly<Record<string, string>>,
): boolean {
  const value = event[Field];
  if (value === undefined) return false;
  const isIn = (values: readonly string[] | undefined, is: (one: string) => boolean) =>
    values !== undefined && values.length > 0 ? values.some(is) : undefined;
  const [begins, ends] = [(one: string) => value.startsWith(one), (one: string) => value.endsWith(one)];
  const equals = (one: string) => value === one;
  const wanted = [isIn(Equals, equals), isIn(StartsWith, begins), isIn(EndsWith, ends)];
  const unwanted = [isIn(NotEquals, equals), isIn(NotStartsWith, begins), isIn(NotEndsWith, ends)];
  return !wanted.includes(false) && !unwanted.includes(true);
}
