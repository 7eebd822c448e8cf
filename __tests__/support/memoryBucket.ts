import { createHash } from 'node:crypto';
import type { BytesStore } from '../../aws/bytesStore';
import type { ImageStore } from '../../aws/imageStore';
import type { LockStore } from '../../aws/objectLocks';
import type { TagStore } from '../../aws/objectTags';
import type { DeleteMarker, ObjectVersion, VersionLister } from '../../aws/objectVersions';
import type { TextStore } from '../../aws/textStore';
import type { StoredImage } from '../../core/image';
import { bucketCalls } from '../../local/simulator/bucketCalls';
import { S3Bucket, type StoredVersion } from '../../local/simulator/s3';
import type { ImageSource } from '../../operations/images/imageSource';

/**
 * A versioned bucket in memory: the simulator's model of S3, which is held to what a real one answers, without its faults. It
 * has a clock of its own that each put moves on, and what is stored may have any time, in whole seconds as S3's.
 */
export class MemoryBucket implements ImageSource, Pick<ImageStore, 'put' | 'putIf'>, TextStore {
  readonly name = 's3://memory';
  puts = 0;
  reads = 0;
  /** Runs before each conditional put: whatever happens between a look and a write. */
  beforePut: (objectKey: string) => void = () => undefined;
  /** Runs after each conditional put that was carried out: to check it, or to lose its answer. */
  afterPut: (objectKey: string) => void = () => undefined;
  readonly nowMs = () => this.clockMs;
  readonly s3 = new S3Bucket('memory', this.nowMs);
  private readonly calls = bucketCalls(
    { name: 'test', call: (_, does) => new Promise((resolve) => resolve(does())) },
    this.s3,
  );

  constructor(public clockMs = 0) {}

  /** Adds a version, in the order of being stored. */
  store(objectKey: string, image: StoredImage, storedAtMs = (this.clockMs += 10), storageClass = 'STANDARD'): void {
    const version = {
      ...{ body: image.body, metadata: image.metadata, storageClass, storedBy: 'test', isDeleteMarker: false },
      storedAtMs: Math.floor(storedAtMs / 1_000) * 1_000,
      versionId: `v${this.s3.versionsOf(objectKey).length}`,
      etag: createHash('md5').update(image.body).digest('hex'),
    };
    this.s3.replicate(objectKey, version, 'byArrival');
  }

  deleteMarker(objectKey: string): void {
    this.clockMs += 10;
    this.s3.addDeleteMarker(objectKey);
  }

  put(objectKey: string, { body, metadata }: StoredImage): Promise<void> {
    this.clockMs += 10;
    return this.calls.images.put(objectKey, { body, metadata });
  }

  async putIf(...[objectKey, image, condition]: Parameters<ImageStore['putIf']>): Promise<'written' | 'refused'> {
    await Promise.resolve();
    this.beforePut(objectKey);
    this.clockMs += 10;
    const answer = await this.calls.images.putIf(objectKey, image, condition);
    if (answer === 'refused') return answer;
    this.puts += 1;
    this.afterPut(objectKey);
    return answer;
  }

  /** Everything of an object, the last stored at the end, delete markers among them. */
  stored(objectKey: string): readonly StoredVersion[] {
    return this.s3.versionsOf(objectKey);
  }

  keys(): string[] {
    return this.s3.keys();
  }

  deleteVersion(objectKey: string, versionId: string): void {
    this.s3.deleteVersion(objectKey, versionId);
  }

  /** What a listing shows of an object, the last stored at the end. */
  versions(objectKey: string): ObjectVersion[] {
    return this.s3
      .versionsOf(objectKey)
      .filter(({ isDeleteMarker }) => !isDeleteMarker)
      .map((version) => ({ ...version, sizeBytes: Buffer.byteLength(version.body) }));
  }

  /** The delete marker that hides an object. */
  hiddenBy(objectKey: string): DeleteMarker | undefined {
    const last = this.s3.versionsOf(objectKey).at(-1);
    return last?.isDeleteMarker ? last : undefined;
  }

  readonly histories: ImageSource['histories'] = (...args) => this.calls.source.histories(...args);
  // Not a method: what only reads one object is taken out of a source.
  readonly history: ImageSource['history'] = (objectKey) => this.calls.source.history(objectKey);

  readonly images: { -readonly [Call in keyof ImageSource['images']]: ImageSource['images'][Call] } = {
    get: (objectKey, versionId) => this.counted(() => this.calls.images.get(objectKey, versionId)),
    head: (objectKey, versionId) => this.counted(() => this.calls.images.head(objectKey, versionId)),
  };

  /** Of current objects, two a page. */
  readonly lister: VersionLister = {
    bucket: 'memory',
    page: (prefix, options) => this.calls.current.page(prefix, { ...options, maxKeys: 2 }),
  };

  /** Of all versions, three a page, or fewer where fewer are asked for. */
  readonly versionLister: VersionLister = {
    bucket: 'memory',
    page: (prefix, options) =>
      this.calls.versions.page(prefix, { ...options, maxKeys: Math.min(3, options?.maxKeys ?? 3) }),
  };

  get locks(): LockStore {
    return this.calls.locks;
  }

  get tags(): TagStore {
    return this.calls.tags;
  }

  get bytes(): BytesStore {
    return this.calls.bytes;
  }

  read(objectKey: string): Promise<string | undefined> {
    return this.calls.texts.read(objectKey);
  }

  write(objectKey: string, body: string): Promise<void> {
    return this.put(objectKey, { body, metadata: {} });
  }

  private counted<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    this.reads += 1;
    return call();
  }
}
