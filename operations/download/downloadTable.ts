import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import { mapInOrder } from '../../core/mapInParallel';
import { tablePrefix, type TableLocation } from '../../core/objectKey';
import { COPY_FORMAT, MANIFEST, VERSIONS, type CopiedVersion, type CopyManifest } from '../images/copyFile';
import type { ImageSource } from '../images/imageSource';
import { whyDamaged } from '../images/whyUnreadable';
import { makeFolder, newFile, requirePlainFile, writePlainFile } from '../plainFile';
import { storedImageOf } from '../images/storedImageOf';

export interface DownloadRequest {
  readonly source: Pick<ImageSource, 'name' | 'images'>;
  /** Every object of the table, or of a part of it, in the order of object keys. */
  readonly histories: AsyncIterable<ObjectHistory>;
  readonly table: TableLocation;
  readonly folder: string;
  /** Where not every object of the table is in it: by which options, for people. */
  readonly part?: string;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly watch?: DownloadWatch;
}

/** Told what happens, as it happens. */
export interface DownloadWatch {
  /** One more version has been copied. */
  readonly onVersion?: () => void;
  /** A version whose body cannot be copied. */
  readonly onUnreadable?: (objectKey: string, reason: string) => void;
}

const READS = 64;

/**
 * Copies every version of a table's objects into a folder: all that a restore needs, in two files. The manifest is
 * written when everything else is on the disk, so a copy that was stopped, or that found the disk full, is never taken
 * for a whole one. It starts from the beginning each time.
 */
export async function downloadTable(request: DownloadRequest): Promise<CopyManifest> {
  const { source, table, folder, signal, nowMs } = request;
  const [manifestFile, versionsFile] = [path.join(folder, MANIFEST), path.join(folder, VERSIONS)];
  const startedAt = new Date(nowMs()).toISOString();
  await makeFolder(folder);
  for (const file of [versionsFile, manifestFile, `${manifestFile}.part`]) await requirePlainFile(file);
  await rm(manifestFile, { force: true });

  const counts = { objects: 0, versions: 0, archived: 0, unreadable: 0 };
  const versions = (await newFile(versionsFile)).createWriteStream({ flush: true });
  await pipeline(linesOf(request, counts), versions, { signal });
  const { size: bytes } = await stat(versionsFile);
  const manifest: CopyManifest = {
    format: COPY_FORMAT,
    tableName: table.tableName,
    prefix: table.prefix,
    from: `${source.name}/${tablePrefix(table)}`,
    startedAt,
    finishedAt: new Date(nowMs()).toISOString(),
    ...counts,
    ...(request.part !== undefined && { part: request.part }),
    bytes,
  };
  await writePlainFile(`${manifestFile}.part`, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(`${manifestFile}.part`, manifestFile);
  return manifest;
}

async function* linesOf(
  { source, histories, watch }: DownloadRequest,
  counts: Record<'objects' | 'versions' | 'archived' | 'unreadable', number>,
): AsyncGenerator<string> {
  async function* versions(): AsyncGenerator<ObjectVersion> {
    for await (const history of histories) {
      counts.objects += 1;
      yield* history.versions;
    }
  }
  for await (const copied of mapInOrder(versions(), READS, (version) => copyOf(source, version))) {
    counts.versions += 1;
    if (copied.problem !== undefined) {
      counts.unreadable += 1;
      watch?.onUnreadable?.(copied.objectKey, copied.problem);
    } else if (copied.body === null) counts.archived += 1;
    watch?.onVersion?.();
    yield `${JSON.stringify(copied)}\n`;
  }
}

async function copyOf(source: Pick<ImageSource, 'images'>, version: ObjectVersion): Promise<CopiedVersion> {
  const { objectKey, versionId, storedAtMs, sizeBytes, etag, storageClass } = version;
  const place = { objectKey, versionId, storedAt: new Date(storedAtMs).toISOString(), sizeBytes, etag, storageClass };
  if (ARCHIVE_CLASSES.has(storageClass)) {
    const { metadata } = await source.images.head(objectKey, versionId);
    return { ...place, metadata, body: null };
  }
  try {
    const { metadata, body } = await storedImageOf(source, version);
    return { ...place, metadata, body };
  } catch (error) {
    const problem = whyDamaged(error);
    if (problem === undefined) throw error;
    return { ...place, metadata: {}, body: null, problem };
  }
}
