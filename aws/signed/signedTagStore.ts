import { hash } from 'node:crypto';
import { inS3 } from '../s3Error';
import { canonicalQuery } from './encoding';
import type { SignedClient } from './signedClient';
import { pathOf } from './signedImageStore';

/** Of letters, digits, and what XML takes as it is. */
export interface ObjectTag {
  readonly key: string;
  readonly value: string;
}

/** The tags of single versions. */
export interface TagStore {
  /** PutObjectTagging: the tag takes the place of whatever tags the version has. A lock does not keep it from being tagged. */
  put(objectKey: string, versionId: string, tag: ObjectTag, options?: { signal?: AbortSignal }): Promise<void>;
}

export function signedTagStore(bucket: string, client: SignedClient): TagStore {
  return {
    async put(objectKey, versionId, { key, value }, { signal } = {}) {
      const query = canonicalQuery({ tagging: '', versionId });
      const body = Buffer.from(
        `<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>${key}</Key><Value>${value}</Value></Tag></TagSet></Tagging>`,
      );
      // S3 refuses it without a checksum (API reference, PutObjectTagging).
      const headers = [['content-md5', hash('md5', body, 'base64')] as const];
      const call = { method: 'PUT', path: pathOf(objectKey), query, headers, body, signal } as const;
      await inS3('TAG', bucket, objectKey, () => client.send(call));
    },
  };
}
