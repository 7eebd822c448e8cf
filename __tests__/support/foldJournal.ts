import { hash } from 'node:crypto';
import { BasePartWriter } from '../../core/journal/baseFiles';
import {
  baseFolder,
  baseName,
  itemsFile,
  marksFile,
  textOfBaseManifest,
  type BasePart,
} from '../../core/journal/baseManifest';
import { comparePlaces, distinctLines, hashOf, placeOfLine } from '../../core/journal/hashOrder';
import { journalPrefix } from '../../core/journal/journalKeys';
import { readJournal } from '../../core/journal/journalObject';
import { MemberFileWriter } from '../../core/journal/memberFile';
import {
  indexNameOf,
  runFolder,
  runName,
  runPartName,
  textOfRunManifest,
  type RunManifest,
} from '../../core/journal/runManifest';
import { imageOfRunLine, readRunLine, textOfRunLine } from '../../core/journal/runLine';
import type { TableLocation } from '../../core/objectKey';
import type { MemoryBucket } from './memoryBucket';

/*
 * Runs and bases of a journal in memory, made in one go: for tests of those who read them.
 */

const sha256 = (bytes: Uint8Array) => hash('sha256', bytes, 'hex');
const iso = (ms: number) => new Date(ms).toISOString();

/** A run, with its lines. */
export interface Folded {
  readonly manifest: RunManifest;
  readonly lines: readonly string[];
}

export class JournalFolder {
  constructor(
    private readonly bucket: MemoryBucket,
    private readonly table: TableLocation,
    private readonly linesOfPart = 3,
  ) {}

  /** Folds journal objects. */
  run(objectKeys: readonly string[]): Folded {
    const read = objectKeys.map((objectKey) => {
      const version = this.bucket.stored(objectKey).find(({ isDeleteMarker }) => !isDeleteMarker)!;
      const batch = readJournal(this.table, objectKey, Buffer.from(version.body, 'latin1'));
      const { streamLabel, writeId } = batch;
      const { storedAtMs, etag } = version;
      return {
        input: [objectKey.slice(journalPrefix(this.table).length), etag, batch.lines.length] as const,
        lines: batch.lines.map((line) => textOfRunLine({ ...line, streamLabel, storedAtMs, writeId })),
      };
    });
    const lines = read.flatMap((one) => one.lines);
    return this.store(lines, { level: 0, merged: [], mergedBefore: [], inputs: read.map(({ input }) => input) });
  }

  /** Makes one of several. */
  merge(runs: readonly Folded[]): Folded {
    return this.store(
      runs.flatMap(({ lines }) => lines),
      {
        level: 1 + Math.max(...runs.map(({ manifest }) => manifest.level)),
        merged: runs.map(({ manifest }) => manifest.name).sort(),
        mergedBefore: [...new Set(runs.flatMap(({ manifest: one }) => [...one.merged, ...one.mergedBefore]))].sort(),
        inputs: runs.flatMap(({ manifest }) => manifest.inputs),
      },
    );
  }

  base(runs: readonly Folded[], tableCreatedAt: string | null = null): string {
    const newest = [...byItem(runs.flatMap(({ lines }) => lines))].map((of) => of.at(-1) ?? '');
    const writer = new BasePartWriter(1);
    const parts: BasePart[] = [];
    const common = {
      ...{ compressor: 'test', attempt: 0, covers: runs.map(({ manifest }) => manifest.name).sort(), tableCreatedAt },
      lastStoredAt: most(runs.map(({ manifest }) => manifest.lastStoredAt)),
    };
    const name = baseName(common);
    const folder = baseFolder(this.table, name);
    for (let at = 0; at < newest.length; at += this.linesOfPart) {
      for (const line of newest.slice(at, at + this.linesOfPart)) writer.add(hashOf(line.split('\t')[0]!), line);
      const { part, items, marks } = writer.end(`part-${String(parts.length).padStart(4, '0')}`);
      if (items) this.put(folder + itemsFile(part.name), items);
      this.put(folder + marksFile(part.name), marks);
      parts.push(part);
    }
    const sum = (of: 'items' | 'tombstones') => parts.reduce((total, part) => total + part[of], 0);
    const manifest = textOfBaseManifest({
      ...{ ...common, format: '1', kind: 'base', table: this.table.tableName, name, madeAt: common.lastStoredAt },
      lastChangedAt: most(runs.map(({ manifest: { lastChangedAt } }) => lastChangedAt)),
      ...{ items: sum('items'), tombstones: sum('tombstones'), digestSum: writer.digestSum, parts },
      previousManifestSha256: null,
    });
    this.put(`${folder}manifest.json`, Buffer.from(manifest));
    return folder;
  }

  private store(
    given: readonly string[],
    of: Pick<RunManifest, 'level' | 'merged' | 'mergedBefore' | 'inputs'>,
  ): Folded {
    const items = [...byItem(given)].map((lines) => distinctLines(lines).lines);
    const lines = items.flat();
    const read = lines.map((line) => imageOfRunLine(readRunLine(line)));
    const stored = read.map(({ line }) => line.storedAtMs);
    const named = {
      ...{ ...of, compressor: 'test', attempt: 0 },
      ...{ firstStoredAt: iso(Math.min(...stored)), lastStoredAt: iso(Math.max(...stored)) },
    };
    const name = runName(named);
    const folder = runFolder(this.table, name);
    const writer = new MemberFileWriter(1);
    const parts: RunManifest['parts'][number][] = [];
    for (let at = 0; at < lines.length; at += this.linesOfPart) {
      for (const line of lines.slice(at, at + this.linesOfPart)) writer.add(hashOf(line.split('\t')[0]!), line);
      const { bytes, index, lines: count, firstHash } = writer.end();
      const partName = runPartName(parts.length);
      this.put(folder + partName, bytes);
      this.put(folder + indexNameOf(partName), index);
      const sums = { sha256: sha256(bytes), indexSha256: sha256(index) };
      parts.push({ name: partName, bytes: bytes.length, ...sums, lines: count, firstHash });
    }
    const manifest: RunManifest = {
      ...{ ...named, name, format: '1', kind: 'run', table: this.table.tableName, madeAt: named.lastStoredAt },
      lastChangedAt: iso(Math.max(...read.map(({ header }) => header.changedAtMs))),
      ...{ linesIn: given.length, duplicates: given.length - lines.length, linesOut: lines.length, parts },
      previousManifestSha256: null,
    };
    this.put(`${folder}manifest.json`, Buffer.from(textOfRunManifest(manifest)));
    return { manifest, lines };
  }

  private put(objectKey: string, bytes: Buffer): void {
    this.bucket.store(objectKey, { body: bytes.toString('latin1'), metadata: {} });
  }
}

/** In hash order, each in the change order. */
function byItem(lines: readonly string[]): string[][] {
  const items = new Map<string, string[]>();
  for (const line of lines) {
    const objectKey = line.split('\t')[0]!;
    items.set(objectKey, [...(items.get(objectKey) ?? []), line]);
  }
  return [...items]
    .sort(([a], [b]) => (hashOf(a) < hashOf(b) ? -1 : 1))
    .map(([, of]) =>
      of
        .map(placeOfLine)
        .sort(comparePlaces)
        .map(({ text }) => text),
    );
}

const most = (times: readonly string[]) => [...times].sort().at(-1)!;
