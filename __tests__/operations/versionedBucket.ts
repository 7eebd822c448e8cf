import { createHash } from 'node:crypto';
import type { ImageStore } from '../../aws/imageStore';
import type { DeleteMarker, ObjectVersion, VersionLister } from '../../aws/objectVersions';
import type { TextStore } from '../../aws/textStore';
import type { ImageSource } from '../../operations/images/imageSource';
import type { StoredImage } from '../../core/image';

interface StoredVersion extends StoredImage {
  readonly versionId: string;
  readonly storedAtMs: number;
  readonly isDeleteMarker: boolean;
}

/** A versioned bucket in memory that keeps to S3's conditions, with a clock of its own that each call moves on. */
export class VersionedBucket implements Pick<ImageStore, 'put' | 'putIf'>, TextStore {
  readonly objects = new Map<string, StoredVersion[]>();
  puts = 0;
  /** Runs before each conditional put: whatever happens between a look and a write. */
  beforePut: (objectKey: string) => void = () => undefined;
  /** Runs after each put that was carried out: to check it, or to lose its answer. */
  afterPut: (objectKey: string) => void = () => undefined;

  constructor(public clockMs = 0) {}

  readonly nowMs = () => this.clockMs;

  store(objectKey: string, image: StoredImage, storedAtMs = (this.clockMs += 10)): void {
    this.add(objectKey, { ...image, storedAtMs, isDeleteMarker: false });
  }

  deleteMarker(objectKey: string): void {
    this.add(objectKey, { body: '', metadata: {}, storedAtMs: (this.clockMs += 10), isDeleteMarker: true });
  }

  put(objectKey: string, image: StoredImage): Promise<void> {
    this.store(objectKey, image);
    return Promise.resolve();
  }

  async putIf(...[objectKey, image, condition]: Parameters<ImageStore['putIf']>): Promise<'written' | 'refused'> {
    await Promise.resolve();
    this.beforePut(objectKey);
    const last = this.objects.get(objectKey)?.at(-1);
    const current = last?.isDeleteMarker ? undefined : last;
    const isAllowed = 'IfMatch' in condition ? current && etagOf(current) === condition.IfMatch : !current;
    if (!isAllowed) return 'refused';
    this.puts += 1;
    this.store(objectKey, image);
    this.afterPut(objectKey);
    return 'written';
  }

  versions(objectKey: string): ObjectVersion[] {
    const all = this.objects.get(objectKey) ?? [];
    return all.flatMap((version, i) =>
      version.isDeleteMarker ? [] : [{ ...described(objectKey, version), isLatest: i === all.length - 1 }],
    );
  }

  hiddenBy(objectKey: string): DeleteMarker | undefined {
    const last = this.objects.get(objectKey)?.at(-1);
    return last?.isDeleteMarker ? { objectKey, ...last, isLatest: true } : undefined;
  }

  readonly source: Pick<ImageSource, 'history' | 'images'> = {
    history: (objectKey) => {
      const versions = this.versions(objectKey);
      const hiddenBy = this.hiddenBy(objectKey);
      return Promise.resolve(
        versions.length === 0 ? undefined : { objectKey, versions, ...(hiddenBy && { hiddenBy }) },
      );
    },
    images: {
      get: (objectKey, versionId) => Promise.resolve(this.found(objectKey, versionId)),
      head: (objectKey, versionId) => Promise.resolve(this.found(objectKey, versionId)),
    },
  };

  /** Lists current objects, two a page. */
  readonly lister: VersionLister = {
    bucket: 'memory',
    page: (prefix, { after } = {}) => {
      const keys = [...this.objects.keys()]
        .filter((key) => key.startsWith(prefix) && key > (after?.objectKey ?? ''))
        .filter((key) => !this.objects.get(key)?.at(-1)?.isDeleteMarker)
        .sort();
      const versions = keys.slice(0, 2).map((key) => ({ ...this.versions(key).at(-1)!, versionId: key }));
      const last = versions.at(-1);
      return Promise.resolve({ versions, ...(keys.length > 2 && last && { next: { objectKey: last.objectKey } }) });
    },
  };

  read(objectKey: string): Promise<string | undefined> {
    return Promise.resolve(this.objects.get(objectKey)?.at(-1)?.body);
  }

  write(objectKey: string, body: string): Promise<void> {
    return this.put(objectKey, { body, metadata: {} });
  }

  private add(objectKey: string, version: Omit<StoredVersion, 'versionId'>): void {
    const versions = this.objects.get(objectKey) ?? [];
    this.objects.set(objectKey, [...versions, { ...version, versionId: `v${versions.length}` }]);
  }

  private found(objectKey: string, versionId: string | undefined): StoredVersion {
    const version = this.objects.get(objectKey)?.find((one) => one.versionId === versionId);
    if (!version) throw new Error(`no version ${versionId ?? ''} of ${objectKey}`);
    return version;
  }
}

function described(objectKey: string, version: StoredVersion): ObjectVersion {
  const { versionId, storedAtMs, body } = version;
  return {
    ...{ objectKey, versionId, storedAtMs, etag: etagOf(version) },
    ...{ sizeBytes: Buffer.byteLength(body), isLatest: false, storageClass: 'STANDARD' },
  };
}

function etagOf({ body }: StoredImage): string {
  return createHash('md5').update(body).digest('hex');
}
