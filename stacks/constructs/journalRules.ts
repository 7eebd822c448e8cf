import { COVERED_TAG, SUPERSEDED_TAG } from '../../core/journal/coveredTag';
import { basePrefix, journalPrefix, runsPrefix } from '../../core/journal/journalKeys';
import { tablePrefix, type TableLocation } from '../../core/objectKey';
import { servicePrefix } from '../../core/serviceKeys';
import {
  COVERED_BASE_DAYS,
  COVERED_JOURNAL_DAYS,
  COVERED_NONCURRENT_DAYS,
  SOURCE_NONCURRENT_DAYS,
  SUPERSEDED_DAYS,
} from '../../settings/journalDays';
import type { Lifecycle, SourceLifecycle } from '../../settings/lifecycle';
import { boundedName } from '../../settings/names';
import type { Rule, RulesOfSide } from './lifecycleRules';

/**
 * The source bucket has every object of a journal a second time, for some weeks: that is all the time there is to mend what keeps one
 * from replicating. What the compactor has covered it cannot know.
 */
export function journalInSource({ journalExpirationDays: days }: SourceLifecycle): RulesOfSide['journal'] {
  return (table) => {
    const prefix = journalPrefix(table);
    const rule = { id: named('journal', table), status: 'Enabled', filter: [{ prefix }] };
    if (days === null) return [{ ...rule, expiration: [{ expiredObjectDeleteMarker: true }] }];
    const noncurrentVersionExpiration = [{ noncurrentDays: SOURCE_NONCURRENT_DAYS }];
    return [{ ...rule, expiration: [{ days }], noncurrentVersionExpiration }];
  };
}

/**
 * In the destination bucket only what bears a tag of the compactor ever expires, and what is locked when its lock is over. Whether a version that is not
 * current any more goes by a filter of tags is documented nowhere. A rule without one would go by all that lies under another version, also under a
 * replica of a taken-over source; by this one, where S3 does not take it, nothing goes, and `dcs check` (`journal-expiry`) tells.
 */
export function journalInDestination(lifecycle: Lifecycle): RulesOfSide['journal'] {
  return (table) => [
    tagged(COVERED_TAG, named('covered-journal', table), journalPrefix(table), COVERED_JOURNAL_DAYS),
    tagged(COVERED_TAG, named('covered-bases', table), basePrefix(table), COVERED_BASE_DAYS),
    // What a merge has taken the place of, and what was begun and never finished: another object has all of it. No other run ever
    // expires: for a moment before the newest base, what an item was is in the run of its last change by then, however old.
    tagged(SUPERSEDED_TAG, named('superseded-runs', table), runsPrefix(table), SUPERSEDED_DAYS),
    tagged(SUPERSEDED_TAG, named('superseded-bases', table), basePrefix(table), SUPERSEDED_DAYS),
    ...colderRuns(lifecycle, table),
    {
      id: named('journal-markers', table),
      status: 'Enabled',
      filter: [{ prefix: tablePrefix({ ...table, prefix: servicePrefix(table.prefix) }) }],
      expiration: [{ expiredObjectDeleteMarker: true }],
    },
  ];
}

function tagged(
  { key, value }: typeof COVERED_TAG | typeof SUPERSEDED_TAG,
  id: string,
  prefix: string,
  days: number,
): Rule {
  return {
    id,
    status: 'Enabled',
    filter: [{ and: [{ prefix, tags: { [key]: value } }] }],
    expiration: [{ days }],
    noncurrentVersionExpiration: [{ noncurrentDays: COVERED_NONCURRENT_DAYS }],
  };
}

/** Large files that are read seldom. A run in a class that has to be asked back would hold up every restore for hours. */
function colderRuns({ noncurrentVersionTransitions, transitionMinimumBytes }: Lifecycle, table: TableLocation): Rule[] {
  const transition = noncurrentVersionTransitions
    .filter(({ storageClass }) => storageClass === 'STANDARD_IA' || storageClass === 'GLACIER_IR')
    .map(({ afterDays: days, storageClass }) => ({ days, storageClass }));
  if (transition.length === 0) return [];
  const filter = [{ and: [{ prefix: runsPrefix(table), objectSizeGreaterThan: transitionMinimumBytes - 1 }] }];
  return [{ id: named('archive-runs', table), status: 'Enabled', filter, transition }];
}

function named(what: string, table: TableLocation): string {
  return boundedName([what, tablePrefix(table)], 255);
}
