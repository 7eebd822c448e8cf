import { dateOf } from './serviceClock';
import { inS3, S3Error } from './s3Error';
import type { S3ClientSettings } from './s3Client';
import { encodedPath, TooLargeAnswerError } from './signed';
import { signedS3As } from './signed/asSdk';
import { TooLargeTextError } from './textStore';

/** A small object with the times that S3 says in the same answer, all in epoch milliseconds. */
export interface StampedText {
  readonly text: string;
  /** `Last-Modified`: of a replica that of its source, not when it arrived. Source: S3 user guide, "replication". */
  readonly storedAtMs: number;
  /** `Date`: what time it is for S3, without a fraction of a second. */
  readonly answeredAtMs: number;
  /** `x-amz-replication-status`: REPLICA of a replica, undefined where no rule applies. */
  readonly replicationStatus?: string;
}

/**
 * The newest version of an object; undefined when there is none.
 *
 * @throws S3Error, or TooLargeTextError
 */
export type StampedTexts = (objectKey: string, signal?: AbortSignal) => Promise<StampedText | undefined>;

/** @param mostBytes what is larger is not read */
export function s3StampedTexts(
  { bucket, ...settings }: S3ClientSettings & { readonly bucket: string },
  mostBytes: number,
): StampedTexts {
  const client = signedS3As(settings, bucket);
  return async (objectKey, signal) => {
    const call = { method: 'GET', path: `/${encodedPath(objectKey)}`, mostAnswerBytes: mostBytes, signal } as const;
    try {
      const { headers, body } = await inS3('GET', bucket, objectKey, () => client.send(call));
      return {
        text: body.toString('utf8'),
        storedAtMs: Date.parse(headers.get('last-modified') ?? ''),
        answeredAtMs: dateOf(headers),
        replicationStatus: headers.get('x-amz-replication-status'),
      };
    } catch (error) {
      if (error instanceof S3Error && error.code === 'NoSuchKey') return undefined;
      const cause = error instanceof Error ? error.cause : undefined;
      if (cause instanceof TooLargeAnswerError) throw new TooLargeTextError(cause.bytes, mostBytes);
      throw error;
    }
  };
}
