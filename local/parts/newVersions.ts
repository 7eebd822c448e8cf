import type { IncomingHttpHeaders } from 'node:http';
import { deletesLatest, deletesMany, writesObject, type S3Request } from './s3Request';

/** A version, or a delete marker, that a client has just added to a bucket. */
export interface NewVersion {
  readonly bucket: string;
  readonly objectKey: string;
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
}

interface Answer {
  readonly statusCode?: number;
  readonly headers: IncomingHttpHeaders;
}

/**
 * What an answer of S3 says has been added.
 *
 * @param body of the answer; needed where `deletesMany`
 */
export function newVersions(request: S3Request, { statusCode = 500, headers }: Answer, body = ''): NewVersion[] {
  if (statusCode >= 300) return [];
  const { bucket, objectKey } = request;
  if (deletesMany(request)) return markersOf(body).map((marker) => ({ bucket, ...marker, isDeleteMarker: true }));

  const versionId = headers['x-amz-version-id'];
  if (typeof versionId !== 'string') return []; // the bucket is not versioned
  const isDeleteMarker = deletesLatest(request) && headers['x-amz-delete-marker'] === 'true';
  return isDeleteMarker || writesObject(request) ? [{ bucket, objectKey, versionId, isDeleteMarker }] : [];
}

/** The markers that DeleteObjects added. An entry with a VersionId is about a version that was taken away. */
function markersOf(body: string): Pick<NewVersion, 'objectKey' | 'versionId'>[] {
  return [...body.matchAll(/<Deleted>(.*?)<\/Deleted>/gs)].flatMap(([, entry = '']) => {
    const versionId = textOf(entry, 'DeleteMarkerVersionId');
    const isNew = textOf(entry, 'DeleteMarker') === 'true' && textOf(entry, 'VersionId') === undefined;
    return isNew && versionId !== undefined ? [{ objectKey: textOf(entry, 'Key') ?? '', versionId }] : [];
  });
}

function textOf(xml: string, element: string): string | undefined {
  const text = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(xml)?.[1];
  return text?.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (_, entity: string) => character(entity));
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function character(entity: string): string {
  if (!entity.startsWith('#')) return NAMED[entity] ?? `&${entity};`;
  const digits = entity.slice(1);
  return String.fromCodePoint(/^x/i.test(digits) ? parseInt(digits.slice(1), 16) : Number(digits));
}
