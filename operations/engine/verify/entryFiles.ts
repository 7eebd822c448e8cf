import type { EngineStore } from '../../../aws/engineStore';
import { DcsError } from '../../../core/errors';
import { hashOf } from '../../../core/journal/hashOrder';
import type { KeyRange } from '../../../core/keyRanges';
import { mapInParallel } from '../../../core/mapInParallel';
import { dividedHashes } from '../journalRanges';
import type { EntryFile } from './verifyTasks';

/**
 * What one side says of one object: the digest of its image's body, which is that of an item; or why nobody can tell, or what is wrong with
 * it although it can be told.
 */
export interface Entry {
  readonly objectKey: string;
  readonly digest?: string;
  readonly doubt?: 'unknown' | 'unreadable' | 'archived' | 'ahead';
  readonly reason?: string;
}

/** Ranges of hashes, one for each part, that are all hashes together. */
export function partRanges(partitions: number): KeyRange[] {
  return dividedHashes({ after: '' }, partitions);
}

/** The part that an object belongs to. */
export function partOf(ranges: readonly KeyRange[], objectKey: string): number {
  const hash = hashOf(objectKey);
  let [low, high] = [0, ranges.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (hash > (ranges[middle]?.upTo ?? '')) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bytes of a place in a file: where a part begins, as an unsigned whole number. */
const PLACE_BYTES = 6;
export const FILE_ENTRIES = 200_000;

/**
 * Sorts entries into parts, and leaves them in files: first the places at which the parts begin, and where the last ends; then the lines of
 * each part. Whoever wants one part of a file reads two pieces of it.
 */
export class EntryFiles {
  private readonly ranges: readonly KeyRange[];
  private held = new Map<number, string[]>();
  private heldEntries = 0;
  private readonly written: EntryFile[] = [];

  /** @param name of each file but for its number */
  constructor(
    private readonly store: Pick<EngineStore, 'write'>,
    private readonly name: string,
    private readonly partitions: number,
    private readonly fileEntries = FILE_ENTRIES,
  ) {
    this.ranges = partRanges(partitions);
  }

  async add({ objectKey, digest, doubt, reason }: Entry): Promise<void> {
    // JSON has no undefined in an array: it becomes null.
    const line = JSON.stringify(doubt ? [objectKey, digest, doubt, reason] : [objectKey, digest]);
    const part = partOf(this.ranges, objectKey);
    const lines = this.held.get(part);
    if (lines) lines.push(line);
    else this.held.set(part, [line]);
    this.heldEntries += 1;
    if (this.heldEntries >= this.fileEntries) await this.flush();
  }

  async end(): Promise<{ readonly files: readonly EntryFile[]; readonly entries: number }> {
    await this.flush();
    return { files: this.written, entries: this.written.reduce((sum, { entries }) => sum + entries, 0) };
  }

  private async flush(): Promise<void> {
    if (this.heldEntries === 0) return;
    const [places, bodies] = [Buffer.alloc((this.partitions + 1) * PLACE_BYTES), [] as Buffer[]];
    let at = places.length;
    for (let part = 0; part <= this.partitions; part += 1) {
      places.writeUIntBE(at, part * PLACE_BYTES, PLACE_BYTES);
      const lines = this.held.get(part);
      if (!lines) continue;
      const body = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
      bodies.push(body);
      at += body.length;
    }
    const objectKey = `${this.name}${this.written.length}.entries`;
    await this.store.write(objectKey, Buffer.concat([places, ...bodies]), 'application/octet-stream');
    this.written.push({ objectKey, entries: this.heldEntries });
    this.held = new Map();
    this.heldEntries = 0;
  }
}

const FILES_AT_A_TIME = 32;

/** What files have of one part, a file at a time, in no order. */
export async function* entriesOfPart(
  store: Pick<EngineStore, 'readRange'>,
  files: readonly Pick<EntryFile, 'objectKey'>[],
  part: number,
): AsyncGenerator<readonly Entry[]> {
  yield* mapInParallel(asyncOf(files), FILES_AT_A_TIME, ({ objectKey }) => readPart(store, objectKey, part));
}

async function readPart(store: Pick<EngineStore, 'readRange'>, objectKey: string, part: number): Promise<Entry[]> {
  const first = part * PLACE_BYTES;
  const places = await store.readRange(objectKey, { first, last: first + 2 * PLACE_BYTES - 1 });
  if (places.length !== 2 * PLACE_BYTES) throw new DcsError(`${objectKey} has no place for part ${part}`);
  const [from, to] = [places.readUIntBE(0, PLACE_BYTES), places.readUIntBE(PLACE_BYTES, PLACE_BYTES)];
  if (from === to) return [];
  const bytes = await store.readRange(objectKey, { first: from, last: to - 1 });
  if (bytes.length !== to - from) throw new DcsError(`${objectKey} ends before its part ${part} does`);
  return bytes.toString('utf8').trimEnd().split('\n').map(entryIn);
}

function entryIn(line: string): Entry {
  const [objectKey, digest, doubt, reason] = JSON.parse(line) as [string, string | null, Entry['doubt'], string?];
  return { objectKey, ...(digest !== null && { digest }), ...(doubt && { doubt, reason }) };
}

async function* asyncOf<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  yield* await Promise.resolve(values);
}
