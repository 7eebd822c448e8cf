/*
 * How long what a journal leaves behind is kept in the destination bucket when it is of no more use. What is locked stays until its lock is
 * over, whatever these say.
 */

/**
 * A compactor that was wrong can be run again over what it has covered. And where a source account that has been taken over could put
 * the tag on a replica after all, so long is what nobody has folded yet still listed.
 */
export const COVERED_JOURNAL_DAYS = 30;
export const COVERED_BASE_DAYS = 2;

/** Runs that were merged into another, and what an invocation has begun and never finished. */
export const SUPERSEDED_DAYS = 2;

/** An expiration puts a delete marker on top; the version goes so many days later. */
export const COVERED_NONCURRENT_DAYS = 1;

/** What somebody has deleted of a journal in the source bucket can be brought back for so long, beside its replica. */
export const SOURCE_NONCURRENT_DAYS = 7;
