import { flattened } from '../../../core/steps';
import { UnreadableImageError } from '../../../core/errors';
import type { BaseEntry } from '../../../core/journal/basePartEntries';
import { hashOf, objectKeyIn } from '../../../core/journal/hashOrder';
import { linesOfMember, membersBetween, readIndex, type Member } from '../../../core/journal/memberFile';
import { indexNameOf, type RunPart } from '../../../core/journal/runManifest';
import type { JournalReads } from '../readObject';
import type { StoredRun } from './catalog';
import { loadedAhead, naming, readFile, sha256Of } from './readFile';

/** An item in a sorted file. */
export interface SortedItem {
  /** SHA-256 of the object key. */
  readonly hash: string;
  readonly objectKey: string;
  /** Run lines (`core/journal/runLine.ts`), in the change order. */
  readonly lines: readonly string[];
  /** The one line, where a base has it. */
  readonly entry?: BaseEntry;
}

/** Hashes of 64 hexadecimal digits, both included; what is left out is not limited. */
export interface HashRange {
  readonly fromHash?: string;
  readonly toHash?: string;
}

export interface RunReading extends HashRange {
  readonly signal?: AbortSignal;
  /** Read at a time; twice as much is held. */
  readonly rangeBytes?: number;
}

type Reads = Pick<JournalReads, 'bytes'>;

const FIRST_HASH = '0'.repeat(64);
const LAST_HASH = 'f'.repeat(64);
const RANGE_BYTES = 4 * 1024 * 1024;

/**
 * The items of a run in hash order. What is yielded is what its manifest says: each member is checked before anything of it is
 * used.
 *
 * @throws UnreadableImageError where a part is not; S3Error
 */
export function itemsOfRun(reads: Reads, run: StoredRun, reading: RunReading = {}): AsyncIterable<SortedItem> {
  return flattened(batchesOfRun(reads, run, reading));
}

/** The same, many at a time. */
export function batchesOfRun(
  reads: Reads,
  run: StoredRun,
  reading: RunReading = {},
): AsyncGenerator<readonly SortedItem[]> {
  return wholeItems(piecesOfRun(reads, run, reading));
}

/**
 * The same, a member at a time: the last item of one may go on in the next. For whoever does not want to hold all lines of an item
 * that has changed a million times.
 */
export async function* piecesOfRun(
  reads: Reads,
  run: StoredRun,
  { fromHash = FIRST_HASH, toHash = LAST_HASH, rangeBytes = RANGE_BYTES, signal }: RunReading = {},
): AsyncGenerator<SortedItem[]> {
  for (const part of partsBetween(run.manifest.parts, fromHash, toHash)) {
    const members = membersBetween(await indexOf(reads, run, part, signal), fromHash, toHash);
    const load = (range: readonly Member[]) => bytesOfMembers(reads, run, part, range, signal);
    for await (const loaded of loadedAhead(ranges(members, rangeBytes), load)) {
      for (const { member, bytes } of loaded) {
        const lines = naming(run.prefix + part.name, () => linesOfMember(member, bytes));
        const pieces = itemsInLines(lines).filter(({ hash }) => hash >= fromHash && hash <= toHash);
        if (pieces.length > 0) yield pieces;
      }
    }
  }
}

/**
 * One item of a run: by an index and a range of bytes.
 *
 * @returns its lines; none where the run has no such item
 * @throws UnreadableImageError, S3Error
 */
export async function itemOfRun(
  reads: Reads,
  run: StoredRun,
  objectKey: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const hash = hashOf(objectKey);
  const lines: string[] = [];
  const whole = { fromHash: hash, toHash: hash, rangeBytes: Infinity, signal };
  for await (const pieces of piecesOfRun(reads, run, whole)) {
    for (const piece of pieces) if (piece.objectKey === objectKey) lines.push(...piece.lines);
  }
  return lines;
}

/** The parts that may have lines of these hashes: where an item begins in one, the first lines may end the one before. */
function partsBetween(parts: readonly RunPart[], fromHash: string, toHash: string): readonly RunPart[] {
  const start = parts.findLastIndex(({ firstHash }) => firstHash < fromHash);
  const end = parts.findLastIndex(({ firstHash }) => firstHash <= toHash);
  return parts.slice(Math.max(start, 0), end + 1);
}

async function indexOf(
  reads: Reads,
  run: StoredRun,
  part: RunPart,
  signal: AbortSignal | undefined,
): Promise<Member[]> {
  const file = indexNameOf(part.name);
  const bytes = await readFile(reads, run, file, { signal });
  return naming(run.prefix + file, () => {
    if (sha256Of(bytes) === part.indexSha256) return readIndex(bytes, part);
    throw new UnreadableImageError('its bytes are not those of its manifest');
  });
}

/** Members that are read at once. */
function ranges(members: readonly Member[], rangeBytes: number): Member[][] {
  const all: Member[][] = [];
  let [size, range]: [number, Member[]] = [0, []];
  for (const member of members) {
    if (range.length === 0 || size + member.bytes > rangeBytes) {
      [size, range] = [0, []];
      all.push(range);
    }
    range.push(member);
    size += member.bytes;
  }
  return all;
}

async function bytesOfMembers(
  reads: Reads,
  run: StoredRun,
  { name }: RunPart,
  members: readonly Member[],
  signal: AbortSignal | undefined,
): Promise<{ readonly member: Member; readonly bytes: Buffer }[]> {
  const first = members[0]?.offset ?? 0;
  const end = members.reduce((at, { bytes }) => at + bytes, first);
  const range = await readFile(reads, run, name, { range: { first, last: end - 1 }, signal });
  return members.map((member) => ({
    member,
    bytes: range.subarray(member.offset - first, member.offset - first + member.bytes),
  }));
}

function itemsInLines(lines: readonly string[]): SortedItem[] {
  const items: { hash: string; objectKey: string; lines: string[] }[] = [];
  let beginning = '';
  for (const line of lines) {
    const last = items.at(-1);
    if (last && line.startsWith(beginning)) {
      last.lines.push(line);
      continue;
    }
    const objectKey = objectKeyIn(line);
    beginning = `${objectKey}\t`;
    items.push({ hash: hashOf(objectKey), objectKey, lines: [line] });
  }
  return items;
}

/** Joins what goes on in the next member. */
async function* wholeItems(members: AsyncIterable<SortedItem[]>): AsyncGenerator<readonly SortedItem[]> {
  let open: { hash: string; objectKey: string; lines: string[] } | undefined;
  for await (const items of members) {
    const [first] = items;
    if (open && first?.objectKey === open.objectKey) {
      for (const line of first.lines) open.lines.push(line);
      items.shift();
      if (items.length === 0) continue;
    }
    const before = open;
    const last = items.pop();
    if (last) open = { ...last, lines: [...last.lines] };
    yield before ? [before, ...items] : items;
  }
  if (open) yield [open];
}
