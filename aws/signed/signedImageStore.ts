import { hash } from 'node:crypto';
import { LARGEST_IMAGE_BYTES, tooLargeImage, type StoredImage } from '../../core/image';
import type { StoredObject } from '../../core/readImage';
import { putWhenAllowed, type ConditionalOutcome, type WriteCondition } from '../conditionalPut';
import { LARGE_IMAGE_BYTES } from '../largeImages';
import { inS3 } from '../s3Error';
import { METADATA } from './answerHeaders';
import { encodedPath, percentEncoded } from './encoding';
import type { Header } from './signature';
import { TooLargeAnswerError } from './httpErrors';
import type { SignedClient } from './signedClient';
import type { HttpAnswer } from './transport';

/** The two calls that everything's cost hangs on, and the look at metadata alone. Each names its object when it fails. */
export interface ImageStore {
  /** Adds a version. Resolves when S3 has answered 200; it is safe to call again when it has not. */
  put(objectKey: string, image: StoredImage, options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Adds a version where the object is as the condition says, and does nothing where it is not: `refused` is an outcome,
   * not an error. A call that was carried out and whose answer was lost is refused when the client sends it again, so
   * `refused` may also mean that this very image is there.
   */
  putIf(
    objectKey: string,
    image: StoredImage,
    condition: WriteCondition,
    options?: { signal?: AbortSignal },
  ): Promise<ConditionalOutcome>;
  /** Reads one version, or the newest. */
  get(objectKey: string, versionId?: string): Promise<StoredObject>;
  /** What of a version can be known without its body. */
  head(objectKey: string, versionId?: string): Promise<Omit<StoredObject, 'body'>>;
}

export interface SignedImageStoreSettings {
  readonly bucket: string;
  /** For images that STANDARD_IA would not bill at its minimum size. */
  readonly largeImageStorageClass: string;
}

/** An {@link ImageStore} that sends what the SDK's store sends, at a fraction of its cost. */
export function signedImageStore(
  { bucket, largeImageStorageClass }: SignedImageStoreSettings,
  client: SignedClient,
): ImageStore {
  const put = (objectKey: string, image: StoredImage, condition: WriteCondition | undefined, signal?: AbortSignal) => {
    const body = Buffer.from(image.body, 'utf8');
    const headers = putHeaders(image, body, largeImageStorageClass, condition);
    const { bodySha256 } = image;
    const call = { method: 'PUT', path: pathOf(objectKey), headers, body, bodySha256, signal } as const;
    return inS3('PUT', bucket, objectKey, () => client.send(call));
  };
  const read = (method: 'GET' | 'HEAD', objectKey: string, versionId: string | undefined) => {
    const query = versionId === undefined ? '' : `versionId=${percentEncoded(versionId)}`;
    const mostAnswerBytes = LARGEST_IMAGE_BYTES;
    return inS3(method, bucket, objectKey, () =>
      client.send({ method, path: pathOf(objectKey), query, ...(method === 'GET' && { mostAnswerBytes }) }),
    );
  };
  return {
    async put(objectKey, image, { signal } = {}) {
      await put(objectKey, image, undefined, signal);
    },

    putIf: (objectKey, image, condition, { signal } = {}) =>
      putWhenAllowed(signal, () => put(objectKey, image, condition, signal)),

    async get(objectKey, versionId) {
      const answer = await read('GET', objectKey, versionId).catch(explainTooLarge);
      return { body: answer.body.toString('utf8'), ...described(answer) };
    },

    async head(objectKey, versionId) {
      return described(await read('HEAD', objectKey, versionId));
    },
  };
}

function explainTooLarge(error: unknown): never {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof TooLargeAnswerError) throw tooLargeImage(cause.bytes);
  throw error;
}

export function pathOf(objectKey: string): string {
  return `/${encodedPath(objectKey)}`;
}

function putHeaders(
  { metadata }: StoredImage,
  body: Buffer,
  largeImageStorageClass: string,
  condition: WriteCondition | undefined,
): Header[] {
  const headers: Header[] = [
    ['content-md5', hash('md5', body, 'base64')],
    ['content-type', 'application/json'],
  ];
  for (const name in metadata) headers.push([`${METADATA}${name}`, metadata[name] ?? '']);
  if (body.length >= LARGE_IMAGE_BYTES) headers.push(['x-amz-storage-class', largeImageStorageClass]);
  if (condition === undefined) return headers;
  headers.push('IfMatch' in condition ? ['if-match', condition.IfMatch] : ['if-none-match', condition.IfNoneMatch]);
  return headers;
}

/** What an answer tells of the version, whoever asked for it. */
export function described({ headers }: HttpAnswer): { metadata: Record<string, string>; storedAtMs: number } {
  return { metadata: headers.metadata(), storedAtMs: Date.parse(headers.get('last-modified') ?? '') };
}
