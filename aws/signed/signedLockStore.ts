import { hash } from 'node:crypto';
import type { LockMode, VersionLock } from '../../core/lockRenewal';
import type { StoredObject } from '../../core/readImage';
import { inS3 } from '../s3Error';
import type { AnswerHeaders } from './answerHeaders';
import { canonicalQuery } from './encoding';
import type { SignedClient } from './signedClient';
import { described, pathOf } from './signedImageStore';

/** What of a version can be known without its body. */
export interface LockedVersion extends Omit<StoredObject, 'body'> {
  /** Undefined where it has none; also where s3:GetObjectRetention is not allowed, which S3 does not tell apart. */
  readonly lock?: VersionLock;
}

/** The locks of single versions. */
export interface LockStore {
  look(objectKey: string, versionId: string): Promise<LockedVersion>;
  /**
   * PutObjectRetention, which may lengthen a lock. S3 answers 403 where it would shorten one, or weaken its mode: in COMPLIANCE mode
   * to everybody, in GOVERNANCE mode to who does not ask for a bypass, which this never does. Source: S3 user guide, object-lock.
   */
  lock(objectKey: string, versionId: string, lock: VersionLock): Promise<void>;
  /** GetObjectTagging: the tags of a version, by name. */
  tags(objectKey: string, versionId: string): Promise<Readonly<Record<string, string>>>;
}

export function signedLockStore(bucket: string, client: SignedClient): LockStore {
  return {
    async look(objectKey, versionId) {
      const call = { method: 'HEAD', path: pathOf(objectKey), query: canonicalQuery({ versionId }) } as const;
      const answer = await inS3('HEAD', bucket, objectKey, () => client.send(call));
      return { ...described(answer), ...lockIn(answer.headers) };
    },
    async lock(objectKey, versionId, { mode, untilMs }) {
      const query = canonicalQuery({ retention: '', versionId });
      const body = Buffer.from(
        `<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Mode>${mode}</Mode>` +
          `<RetainUntilDate>${new Date(untilMs).toISOString()}</RetainUntilDate></Retention>`,
      );
      // S3 refuses it without a checksum (API reference, PutObjectRetention).
      const headers = [['content-md5', hash('md5', body, 'base64')] as const];
      const call = { method: 'PUT', path: pathOf(objectKey), query, headers, body } as const;
      await inS3('LOCK', bucket, objectKey, () => client.send(call));
    },
    async tags(objectKey, versionId) {
      const query = canonicalQuery({ tagging: '', versionId });
      const call = { method: 'GET', path: pathOf(objectKey), query } as const;
      const { body } = await inS3('TAGS', bucket, objectKey, () => client.send(call));
      return tagsIn(body.toString('utf8'));
    },
  };
}

/** Of the tags that the compactor puts, which need no entities of XML; another one may come out as it is written there. */
function tagsIn(xml: string): Record<string, string> {
  const pairs = xml.matchAll(/<Tag>\s*<Key>([^<]*)<\/Key>\s*<Value>([^<]*)<\/Value>\s*<\/Tag>/g);
  return Object.fromEntries([...pairs].map(([, key = '', value = '']) => [key, value]));
}

function lockIn(headers: AnswerHeaders): Pick<LockedVersion, 'lock'> {
  const mode = headers.get('x-amz-object-lock-mode');
  const untilMs = Date.parse(headers.get('x-amz-object-lock-retain-until-date') ?? '');
  if (mode === undefined || Number.isNaN(untilMs)) return {};
  return { lock: { mode: mode as LockMode, untilMs } };
}
