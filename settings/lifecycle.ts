import { z } from 'zod';
import { group, oneOf, wholeNumber, wholeNumberOrNull } from './fields';

/*
 * What happens to objects of a bucket as they age. The defaults move a version to another class where that pays within the
 * default history, and to none that has to be asked back for hours: docs/operations.md has the arithmetic.
 */

/** In the order in which S3 moves objects, downwards alone (S3 user guide, lifecycle-transition-general-considerations). */
export const CLASSES_DOWNWARDS = [
  'STANDARD',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const;

const transition = group(
  {
    afterDays: wholeNumber(0, 36_500, 'Days after the version was stored, or after a newer one replaced it.'),
    storageClass: oneOf(
      ['STANDARD_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'],
      'STANDARD_IA and GLACIER_IR are read at once; from GLACIER and DEEP_ARCHIVE an image has to be asked back, which takes hours.',
    ),
  },
  'A move to another storage class.',
);
const transitions = (description: string) =>
  z.array(transition, { error: 'a list of moves, which may be empty' }).describe(description);
const days = (description: string) => wholeNumberOrNull(1, 36_500, description);

const ofEitherBucket = {
  noncurrentVersionExpirationDays: days(
    'Days after which a version that a newer one has replaced is deleted: how far back a restore can go. null keeps the history for ever. The runs of a journal do not expire, whatever it says. Default: 365.',
  ).default(365),
  currentVersionTransitions: transitions(
    'Moves of large images that are the newest of their items, which a restore reads. Default: none.',
  ).default([]),
  noncurrentVersionTransitions: transitions(
    'Moves of large images that a newer one has replaced, and of the runs of a journal, as far as they are read at once where they go. Default: to GLACIER_IR after 30 days.',
  ).default([{ afterDays: 30, storageClass: 'GLACIER_IR' }]),
  transitionMinimumBytes: wholeNumber(
    131_072,
    1_048_576,
    'Images of at least this size are large. Below about 200 KB a move costs more than a year in the cheaper class saves. Default: 204,800.',
  ).default(204_800),
  tombstoneExpirationDays: days(
    'Days after a delete until its tombstone expires. null keeps tombstones for ever. Default: 365.',
  ).default(365),
  reportExpirationDays: days(
    'Days after which reports of verify and drill, and probes of check, expire. null keeps them for ever. Default: 365.',
  ).default(365),
  abortIncompleteMultipartUploadDays: wholeNumber(
    1,
    365,
    'Days after which an upload that was never completed is removed. Default: 7.',
  ).default(7),
};

const AGEING = 'What happens to objects of this bucket as they age.';

export const lifecycleSettings = group(ofEitherBucket, AGEING);

export const sourceLifecycleSettings = group(
  {
    ...ofEitherBucket,
    journalExpirationDays: wholeNumberOrNull(
      7,
      36_500,
      'Days after which objects of a journal expire in this bucket: so long there is a second copy of what the destination bucket has, and as long as that for whatever keeps it from replicating to be mended. null keeps them for ever. Default: 30.',
    ).default(30),
  },
  AGEING,
);

export type Lifecycle = z.output<typeof lifecycleSettings>;
export type SourceLifecycle = z.output<typeof sourceLifecycleSettings>;
