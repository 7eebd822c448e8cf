import { hash } from 'node:crypto';
import { putWhenAllowed, type ConditionalOutcome } from '../conditionalPut';
import { inS3 } from '../s3Error';
import { percentEncoded } from './encoding';
import type { Header } from './signature';
import type { SignedClient } from './signedClient';
import { described, pathOf } from './signedImageStore';

/** Some bytes of an object: `first` to `last`, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export interface StoredBytes {
  readonly bytes: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storedAtMs: number;
}

export interface BytesToPut {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly storageClass?: string;
}

/** Objects that are no text, each written once and never again. */
export interface BytesStore {
  /** Reads one version, or the newest; whole, or some of its bytes. */
  get(
    objectKey: string,
    options?: { versionId?: string; range?: ByteRange; signal?: AbortSignal },
  ): Promise<StoredBytes>;
  /**
   * Adds the object where there is none under its key, and does nothing where there is one: `refused`. A call that was carried
   * out and whose answer was lost is refused when it is sent again.
   */
  putOnce(objectKey: string, object: BytesToPut, options?: { signal?: AbortSignal }): Promise<ConditionalOutcome>;
}

/** The largest are the parts of bases and runs, 64 MB each; what is twice as large is none of ours. */
const LARGEST_BYTES = 128 * 1024 * 1024;

export function signedBytesStore(bucket: string, client: SignedClient): BytesStore {
  return {
    async get(objectKey, { versionId, range, signal } = {}) {
      const query = versionId === undefined ? '' : `versionId=${percentEncoded(versionId)}`;
      const headers: Header[] = range ? [['range', `bytes=${range.first}-${range.last}`]] : [];
      const answer = await inS3('GET', bucket, objectKey, () =>
        client.send({
          ...{ method: 'GET', path: pathOf(objectKey), query, headers, signal, mostAnswerBytes: LARGEST_BYTES },
        }),
      );
      return { bytes: answer.body, ...described(answer) };
    },
    putOnce: (objectKey, { bytes, contentType, metadata = {}, storageClass }, { signal } = {}) => {
      const headers: Header[] = [
        ['content-md5', hash('md5', bytes, 'base64')],
        ['content-type', contentType],
        ['if-none-match', '*'],
        ...Object.entries(metadata).map(([name, value]): Header => [`x-amz-meta-${name}`, value]),
        ...(storageClass === undefined ? [] : [['x-amz-storage-class', storageClass] as Header]),
      ];
      return putWhenAllowed(signal, () =>
        inS3('PUT', bucket, objectKey, () =>
          client.send({ method: 'PUT', path: pathOf(objectKey), headers, body: bytes, signal }),
        ),
      );
    },
  };
}
