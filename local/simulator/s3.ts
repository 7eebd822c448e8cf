import { createHash } from 'node:crypto';
import { DAY_MS, isInForce, type LockRule, type VersionLock } from '../../core/lockRenewal';
import { lockRefusal } from '../objectLock';

/*
 * Amazon S3, one versioned bucket, as far as its user guide and API reference tell (titles in the comments). Where they do
 * not, a run chooses, and everything has to be right either way. `describeS3Contract` holds it to what real ones answer.
 */

/** A version of an object, or a delete marker. */
export interface StoredVersion {
  readonly versionId: string;
  /** `Last-Modified`, whole seconds: every documented example of it ends in .000Z. */
  readonly storedAtMs: number;
  readonly body: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly etag: string;
  readonly isDeleteMarker: boolean;
  /** The body is a character for each byte. */
  readonly isBytes?: true;
  readonly storageClass: string;
  /** Which process stored it: for judging, nobody else sees it. */
  readonly storedBy: string;
  /** "Getting replication status information" */
  replicationStatus?: 'PENDING' | 'COMPLETED' | 'FAILED' | 'REPLICA';
  lock?: VersionLock;
  tags?: Readonly<Record<string, string>>;
}

/** What S3 answers with instead of doing what was asked. */
export class S3Refusal extends Error {
  constructor(
    readonly code: string,
    readonly statusCode: number,
  ) {
    super(code);
  }
}

export type Condition = { readonly IfNoneMatch: '*' } | { readonly IfMatch: string };

export interface ListedVersion extends StoredVersion {
  readonly objectKey: string;
  readonly isLatest: boolean;
}

export interface VersionsPage {
  readonly versions: readonly ListedVersion[];
  readonly next?: { readonly objectKey: string; readonly versionId?: string };
}

export interface PutRequest {
  readonly body: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storedBy?: string;
  readonly storageClass?: string;
  readonly isBytes?: true;
}

/** Where a replica goes that arrives after later ones. Not documented: both are played. */
export type ReplicaOrder = 'byArrival' | 'byCreation';

export class S3Bucket {
  /** The last stored at the end. */
  private readonly objects = new Map<string, StoredVersion[]>();
  private readonly madeIds = new Map<string, number>();
  /** Of versions that came or went: for whoever remembers what it has read here. */
  changes = 0;
  /** Told of each version that is put, and of no replica or marker. */
  onPut: (objectKey: string, version: StoredVersion) => void = () => undefined;
  /** Told of each lock that is asked for, and of the one that is there. */
  onLock: (objectKey: string, before: VersionLock | undefined, wanted: VersionLock) => void = () => undefined;
  /** Told of each tag that is asked for. */
  onTag: (objectKey: string, version: StoredVersion, tags: Readonly<Record<string, string>>) => void = () => undefined;
  /** "Object Lock", the default retention: of what comes without a retention of its own. */
  defaultLock?: LockRule;

  constructor(
    readonly name: string,
    private readonly nowMs: () => number,
    /** Entries in a page of a listing; S3 gives 1,000 at most. */
    readonly pageSize = 1_000,
  ) {}

  /** What time it is for S3, as its answers tell. */
  get dateMs(): number {
    return Math.floor(this.nowMs() / 1_000) * 1_000;
  }

  /**
   * PutObject. "Conditional writes": If-None-Match succeeds where there is no current version or it is a delete marker, else
   * 412. If-Match without a current version is 404, with another ETag 412.
   */
  put(objectKey: string, request: PutRequest, condition?: Condition): StoredVersion {
    const current = this.current(objectKey);
    if (condition && 'IfNoneMatch' in condition && current) throw new S3Refusal('PreconditionFailed', 412);
    if (condition && 'IfMatch' in condition) {
      if (!current) throw new S3Refusal('NoSuchKey', 404);
      if (current.etag !== condition.IfMatch.replaceAll('"', '')) throw new S3Refusal('PreconditionFailed', 412);
    }
    const { body, metadata, storedBy = '', storageClass = 'STANDARD', isBytes } = request;
    const content = { body, metadata, storageClass, storedBy, ...(isBytes && { isBytes }) };
    const version = this.made(objectKey, { ...content, isDeleteMarker: false });
    this.onPut(objectKey, version);
    return version;
  }

  /** DeleteObject without a version id. "Deleting object versions": adds a marker, also where nothing is. */
  addDeleteMarker(objectKey: string): StoredVersion {
    const nothing = { body: '', metadata: {}, storageClass: 'STANDARD', storedBy: '' };
    return this.made(objectKey, { ...nothing, isDeleteMarker: true });
  }

  /** DeleteObject with a version id: that version, or marker, is gone for good, unless it is locked. */
  deleteVersion(objectKey: string, versionId: string): void {
    const one = this.objects.get(objectKey)?.find((version) => version.versionId === versionId);
    if (isInForce(one?.lock, this.nowMs())) throw new S3Refusal('AccessDenied', 403);
    this.changes += 1;
    const left = (this.objects.get(objectKey) ?? []).filter((version) => version.versionId !== versionId);
    if (left.length === 0) this.objects.delete(objectKey);
    else this.objects.set(objectKey, left);
  }

  /**
   * A replica has the source's version id, metadata and time ("Replicating objects": "replica has the same key name and
   * metadata (creation time, user-defined metadata, version ID)"). Tags are not played: this bucket's policy refuses them.
   */
  replicate(objectKey: string, source: StoredVersion, order: ReplicaOrder): void {
    const lock = this.lockOf(source.storedAtMs);
    const replica: StoredVersion = {
      ...source,
      ...{ replicationStatus: 'REPLICA' as const, tags: undefined },
      ...(lock && { lock }),
    };
    const versions = this.objects.get(objectKey) ?? [];
    if (versions.some(({ versionId }) => versionId === source.versionId)) return;
    this.changes += 1;
    const later = versions.findIndex(({ storedAtMs }) => storedAtMs > source.storedAtMs);
    const at = order === 'byCreation' && later >= 0 ? later : versions.length;
    this.objects.set(objectKey, versions.toSpliced(at, 0, replica));
  }

  /** GetObject, HeadObject. Without an id: the current version; under a delete marker 404. A marker by its id: 405. */
  read(objectKey: string, versionId?: string): StoredVersion {
    if (versionId === undefined) {
      const current = this.current(objectKey);
      if (!current) throw new S3Refusal('NoSuchKey', 404);
      return current;
    }
    const version = this.objects.get(objectKey)?.find((one) => one.versionId === versionId);
    if (!version) throw new S3Refusal('NoSuchVersion', 404);
    if (version.isDeleteMarker) throw new S3Refusal('MethodNotAllowed', 405);
    return version;
  }

  /** PutObjectRetention. */
  lockVersion(objectKey: string, versionId: string, lock: VersionLock): void {
    const version = this.read(objectKey, versionId);
    this.onLock(objectKey, version.lock, lock);
    const refused = lockRefusal(version.lock, lock, this.nowMs());
    if (refused) throw new S3Refusal(refused.code, refused.statusCode);
    version.lock = lock;
  }

  /** PutObjectTagging: replaces the tags of a version, be it locked or not. */
  tagVersion(objectKey: string, versionId: string, tags: Readonly<Record<string, string>>): void {
    const version = this.read(objectKey, versionId);
    this.onTag(objectKey, version, tags);
    version.tags = tags;
  }

  /**
   * ListObjectVersions: by key in the order of its UTF-8, the last stored first, delete markers among them. `after` is
   * key-marker and version-id-marker: behind that version, or behind all versions of that key.
   */
  listVersions(prefix: string, after?: VersionsPage['next'], maxKeys = this.pageSize): VersionsPage {
    const limit = Math.min(maxKeys, this.pageSize);
    const page: ListedVersion[] = [];
    for (const objectKey of this.keysFrom(prefix, after?.objectKey)) {
      for (const version of this.listedAfter(objectKey, after)) {
        const last = page.at(-1);
        if (page.length === limit && last) {
          return { versions: page, next: { objectKey: last.objectKey, versionId: last.versionId } };
        }
        page.push(version);
      }
    }
    return { versions: page };
  }

  /** ListObjectsV2: current versions alone; what lies under a delete marker is not there. */
  listCurrent(prefix: string, startAfter?: string, maxKeys = this.pageSize): VersionsPage {
    const page: ListedVersion[] = [];
    const limit = Math.min(maxKeys, this.pageSize);
    for (const objectKey of this.keysFrom(prefix, startAfter)) {
      const last = this.versionsOf(objectKey).at(-1);
      if (objectKey === startAfter || !last || last.isDeleteMarker) continue;
      const before = page.at(-1);
      if (page.length === limit && before) return { versions: page, next: { objectKey: before.objectKey } };
      page.push(last);
    }
    return { versions: page };
  }

  /** All versions and markers of one object, the last stored at the end. */
  versionsOf(objectKey: string): ListedVersion[] {
    const versions = this.objects.get(objectKey) ?? [];
    return versions.map((version, i) => Object.assign(version, { objectKey, isLatest: i === versions.length - 1 }));
  }

  keys(prefix = ''): string[] {
    return this.keysFrom(prefix, undefined);
  }

  /**
   * NoncurrentVersionExpiration: deletes what has been noncurrent for so many days, counted from when its successor was stored
   * ("Lifecycle configuration elements"). By S3's own order of versions, whatever their metadata says; nothing that is locked
   * ("Object Lock with S3 Lifecycle").
   */
  expireNoncurrent(prefix: string, days: number): void {
    const dueMs = this.nowMs() - days * DAY_MS;
    this.changes += 1;
    for (const [objectKey, versions] of this.objects) {
      if (!objectKey.startsWith(prefix)) continue;
      const left = versions.filter(({ lock }, i) => {
        const successor = versions[i + 1];
        return !successor || successor.storedAtMs > dueMs || isInForce(lock, this.nowMs());
      });
      this.objects.set(objectKey, left);
    }
  }

  /**
   * Expiration with objectSizeLessThan: puts a delete marker on what is current, as small, and so many days old ("Lifecycle
   * configuration elements": in a bucket with versions it "does not delete"). A tombstone is two bytes.
   */
  expireTombstones(prefix: string, days: number): void {
    const dueMs = this.nowMs() - days * DAY_MS;
    for (const objectKey of this.keys(prefix)) {
      const current = this.current(objectKey);
      if (current && current.body.length < 3 && current.storedAtMs <= dueMs) this.addDeleteMarker(objectKey);
    }
  }

  /** The versions of an object from a marker on, the last stored first. */
  private listedAfter(objectKey: string, after: VersionsPage['next']): ListedVersion[] {
    const listed = this.versionsOf(objectKey).reverse();
    if (objectKey !== after?.objectKey) return listed;
    if (after.versionId === undefined) return [];
    return listed.slice(listed.findIndex(({ versionId }) => versionId === after.versionId) + 1);
  }

  /** The default retention counts from a version's creation, which for a replica is that of its source. */
  private lockOf(storedAtMs: number): VersionLock | undefined {
    if (!this.defaultLock) return undefined;
    const { mode, retentionDays } = this.defaultLock;
    return { mode, untilMs: storedAtMs + retentionDays * DAY_MS };
  }

  /** The current version; undefined where there is none, or a delete marker. */
  private current(objectKey: string): StoredVersion | undefined {
    const last = this.objects.get(objectKey)?.at(-1);
    return last?.isDeleteMarker ? undefined : last;
  }

  private made(
    objectKey: string,
    content: Omit<StoredVersion, 'versionId' | 'storedAtMs' | 'etag' | 'replicationStatus'>,
  ): StoredVersion {
    this.changes += 1;
    const number = (this.madeIds.get(objectKey) ?? 0) + 1;
    this.madeIds.set(objectKey, number);
    const version: StoredVersion = {
      ...content,
      // As opaque as S3's: neither of them tells which is later.
      versionId: md5(`${this.name} ${objectKey} ${number}`),
      storedAtMs: this.dateMs,
      etag: md5(content.body),
    };
    const lock = content.isDeleteMarker ? undefined : this.lockOf(version.storedAtMs);
    if (lock) version.lock = lock;
    this.objects.set(objectKey, [...(this.objects.get(objectKey) ?? []), version]);
    return version;
  }

  /** Sorted; ASCII alone is played, whose order as text is that of its bytes. */
  private keysFrom(prefix: string, from: string | undefined): string[] {
    return [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && (from === undefined || key >= from))
      .sort();
  }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
