import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { ByteRange } from '../../../../aws/bytesStore';
import type { EngineStore } from '../../../../aws/engineStore';
import type { ObjectVersion } from '../../../../aws/objectVersions';
import type { AttributeMap } from '../../../../core/attributeValue';

/** The engine's bucket in memory. */
export class MemoryStore implements EngineStore {
  readonly bucket = 'engine';
  readonly objects = new Map<string, Buffer>();
  /** Runs before each write: what makes a worker die. */
  beforeWrite: (objectKey: string) => void = () => undefined;

  async read(objectKey: string): Promise<string | undefined> {
    return Promise.resolve(this.objects.get(objectKey)?.toString('utf8'));
  }

  async write(objectKey: string, bytes: Buffer): Promise<string> {
    await Promise.resolve();
    this.beforeWrite(objectKey);
    this.objects.set(objectKey, bytes);
    return md5(bytes);
  }

  async writeOnce(objectKey: string, text: string): Promise<'written' | 'refused'> {
    if (this.objects.has(objectKey)) return 'refused';
    await this.write(objectKey, Buffer.from(text));
    return 'written';
  }

  async readRange(objectKey: string, { first, last }: ByteRange): Promise<Buffer> {
    const bytes = this.objects.get(objectKey);
    if (!bytes) throw new Error(`there is no ${objectKey}`);
    return Promise.resolve(bytes.subarray(first, last + 1));
  }

  async copy(from: string, to: string): Promise<void> {
    const bytes = this.objects.get(from);
    if (!bytes) throw new Error(`there is no ${from}`);
    await this.write(to, bytes);
  }

  /** Two a page. */
  readonly page: EngineStore['page'] = (prefix, { after } = {}) => {
    const keys = this.keys(prefix).filter((key) => key > (after?.objectKey ?? ''));
    const versions = keys.slice(0, 2).map((objectKey): ObjectVersion => {
      const bytes = this.objects.get(objectKey) ?? Buffer.alloc(0);
      const of = { objectKey, versionId: objectKey, storedAtMs: 0, isLatest: true, storageClass: 'STANDARD' };
      return { ...of, sizeBytes: bytes.length, etag: md5(bytes) };
    });
    return Promise.resolve({ versions, ...(keys.length > 2 && { next: { objectKey: versions[1]!.objectKey } }) });
  };

  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** What ImportTable would read: every line of every file of a folder. */
  lines(folder: string): string[] {
    const files = this.keys(folder).map((key) => gunzipSync(this.objects.get(key)!).toString('utf8'));
    return files.flatMap((text) => text.trimEnd().split('\n')).sort();
  }

  items(folder: string): AttributeMap[] {
    return this.lines(folder).map((line) => (JSON.parse(line) as { Item: AttributeMap }).Item);
  }
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
