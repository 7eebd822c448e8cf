import { setTimeout as delay } from 'node:timers/promises';
import { S3Error } from './s3Error';

/**
 * What has to be so for a version to be added. `IfNoneMatch`: the object has no current version. In a versioned bucket
 * that is also so under a delete marker, however many versions lie below it. `IfMatch`: the current version has this ETag,
 * which tells content from content and not version from version.
 */
export type WriteCondition = { readonly IfNoneMatch: '*' } | { readonly IfMatch: string };

export type ConditionalOutcome = 'written' | 'refused';

const CONFLICT_RETRIES = 6;
const FIRST_PAUSE_MS = 40;

/**
 * Runs a conditional put to its outcome. S3 answers 412 where the condition does not hold, 404 where If-Match finds no
 * current version, and 409 where another request was under way: that one may be sent again.
 */
export async function putWhenAllowed(
  signal: AbortSignal | undefined,
  put: () => Promise<unknown>,
): Promise<ConditionalOutcome> {
  for (let attempt = 0; ; attempt++) {
    try {
      await put();
      return 'written';
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      if (error.statusCode === 412 || error.code === 'NoSuchKey') return 'refused';
      if (error.code !== 'ConditionalRequestConflict' || attempt >= CONFLICT_RETRIES) throw error;
      await delay(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}
