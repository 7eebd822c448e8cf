import { hash } from 'node:crypto';
import { TOMBSTONE_BODY } from '../../core/image';

/** The MD5 of a body in hexadecimal: its ETag, where S3 encrypts with its own keys and the body came in one piece. */
export function md5Of(body: string): string {
  return hash('md5', body, 'hex');
}

export const TOMBSTONE_MD5 = md5Of(TOMBSTONE_BODY);

/** Whether an ETag can be an MD5 at all; that of an upload in parts is not. */
export function isMd5(etag: string): boolean {
  return /^[0-9a-f]{32}$/.test(etag);
}
