import { COVERED_TAG, SUPERSEDED_TAG } from '../../core/journal/coveredTag';
import { DAY_MS, isInForce } from '../../core/lockRenewal';
import {
  COVERED_BASE_DAYS,
  COVERED_JOURNAL_DAYS,
  COVERED_NONCURRENT_DAYS,
  SUPERSEDED_DAYS,
} from '../../settings/journalDays';
import type { Random } from './random';
import type { S3Bucket } from './s3';
import { BASES, JOURNAL, RUNS } from './seenJournal';

const RULES = [
  [JOURNAL, COVERED_TAG, COVERED_JOURNAL_DAYS],
  [BASES, COVERED_TAG, COVERED_BASE_DAYS],
  [RUNS, SUPERSEDED_TAG, SUPERSEDED_DAYS],
  [BASES, SUPERSEDED_TAG, SUPERSEDED_DAYS],
] as const;

/**
 * The rules of the destination bucket that go by a tag ("Lifecycle configuration elements"): a delete marker on what is current and so
 * many days old, and the end of what has been noncurrent for so many. S3 does it some time after it is due, one object at a time:
 * `share` of them now. Covered runs are left out, whose days are as many as those of the whole history.
 */
export function expireTagged(bucket: S3Bucket, nowMs: number, random: Random, share: number): void {
  for (const [prefix, { key, value }, days] of RULES) {
    for (const objectKey of bucket.keys(prefix)) {
      if (!random.chance(share)) continue;
      const versions = bucket.versionsOf(objectKey);
      for (const [i, version] of versions.entries()) {
        const successor = versions[i + 1];
        if (version.isDeleteMarker || version.tags?.[key] !== value) continue;
        if (!successor) {
          if (version.storedAtMs <= nowMs - days * DAY_MS) bucket.addDeleteMarker(objectKey);
        } else if (
          successor.storedAtMs <= nowMs - COVERED_NONCURRENT_DAYS * DAY_MS &&
          !isInForce(version.lock, nowMs)
        ) {
          bucket.deleteVersion(objectKey, version.versionId);
        }
      }
    }
  }
}
