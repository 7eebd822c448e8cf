import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { Version } from '../core/history';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';

/** A version of an object as a listing shows it. */
export interface ObjectVersion extends Version {
  readonly objectKey: string;
  readonly sizeBytes: number;
  /** Without quotes. The body's MD5 in hexadecimal, where S3 encrypts with its own keys. */
  readonly etag: string;
  readonly isLatest: boolean;
  readonly storageClass: string;
}

/** All versions of one object, in the order in which they were stored. Delete markers are left out: they are no images. */
export interface ObjectHistory {
  readonly objectKey: string;
  readonly versions: readonly ObjectVersion[];
}

/** Lists what is below a prefix, object by object in the order of their keys. Holds one page and one object at a time. */
export async function* objectHistories(
  settings: S3ClientSettings & { bucket: string },
  prefix: string,
): AsyncGenerator<ObjectHistory> {
  let current: ObjectVersion[] = [];
  for await (const version of objectVersions(settings, prefix)) {
    if (current[0] && current[0].objectKey !== version.objectKey) {
      yield history(current);
      current = [];
    }
    current.push(version);
  }
  if (current.length > 0) yield history(current);
}

/** S3 lists an object's versions with the last stored first. */
function history(newestFirst: ObjectVersion[]): ObjectHistory {
  return { objectKey: newestFirst[0]?.objectKey ?? '', versions: newestFirst.toReversed() };
}

async function* objectVersions(
  { bucket: Bucket, ...settings }: S3ClientSettings & { bucket: string },
  Prefix: string,
): AsyncGenerator<ObjectVersion> {
  const client = s3Client(settings);
  let marker: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  while (marker) {
    const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({ Bucket, Prefix, ...marker });
    const page = await inS3('LIST', Bucket, `${Prefix}*`, () => client.send(command));
    for (const {
      Key = '',
      VersionId = 'null',
      LastModified,
      Size = 0,
      ETag = '',
      IsLatest = false,
      StorageClass,
    } of page.Versions ?? []) {
      yield {
        objectKey: Key,
        versionId: VersionId,
        storedAtMs: LastModified?.getTime() ?? NaN,
        sizeBytes: Size,
        etag: ETag.replaceAll('"', ''),
        isLatest: IsLatest,
        storageClass: StorageClass ?? 'STANDARD',
      };
    }
    marker = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
}
