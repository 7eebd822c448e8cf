import { hash as digest } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { encodeImage, itemDigest, NO_ITEM } from '../../core/image';
import { hashOf } from '../../core/journal/hashOrder';
import { lineOfImage } from '../../core/journal/journalLine';
import { MANIFEST_FORMAT } from '../../core/journal/manifestText';
import { textOfRunLine } from '../../core/journal/runLine';
import {
  indexNameOf,
  runFolder,
  runName,
  runPartName,
  textOfRunManifest,
  type RunManifest,
  type RunPart,
} from '../../core/journal/runManifest';
import { COMPACT_LIMITS } from '../../operations/journal/compact/request';
import { orderOf } from '../contenders/orders';
import { idOf, imageKeyOf, TABLE, WRITTEN_AT_MS } from './items';
import type { KeptBucket } from './keptBucket';

/*
 * A day's journal as the compactor leaves it once what it has tagged is gone, of which there is what somebody reads who asks for one item: the
 * manifests, of each run the index of one part, and in that one member. All else has its size and no bytes.
 */

/** As `bench -- journal` has them: of the text of a run line, and compressed. */
const [LINE_BYTES, STORED_LINE_BYTES] = [760, 140];
const MEMBER_LINES = Math.floor(COMPACT_LIMITS.memberTextBytes / LINE_BYTES);
const MEMBERS = Math.floor(COMPACT_LIMITS.partBytes / STORED_LINE_BYTES / MEMBER_LINES);
const PART_LINES = MEMBERS * MEMBER_LINES;
/** So many runs of a level become one of the next. */
const MERGED = 4;
const [ITEMS, ITEM] = [1_000_000, 123_456];
const CHANGES_OF_ITEM = 3;
const DAY_MS = 86_400_000;
const STREAM_LABEL = '2026-10-01T08:00:00.000';

export const ID_IN_DAY = idOf(ITEM, ITEMS);

/** A run in force at the end of the day: those of so many of level 0, which are as long as they may be. */
interface Stretch {
  readonly level: number;
  readonly first: number;
  readonly size: number;
}

/** How many runs of level 0 a day has, and which are left of them. */
function runsOf(changes: number): { inAll: number; stretches: Stretch[] } {
  const inAll = Math.max(1, Math.ceil((changes * LINE_BYTES) / COMPACT_LIMITS.runTextBytes));
  const stretches: Stretch[] = [];
  let first = 0;
  for (let level = Math.floor(Math.log(inAll) / Math.log(MERGED)); level >= 0; level -= 1) {
    for (const size = MERGED ** level; first + size <= inAll; first += size) stretches.push({ level, first, size });
  }
  return { inAll, stretches };
}

/** How many of the changes are of the item of {@link ID_IN_DAY}. */
export function changesOfItem(changes: number): number {
  return runsOf(changes).stretches.length * CHANGES_OF_ITEM;
}

/** @param changes about as many are in the parts */
export function addDay(bucket: KeptBucket, changes: number): void {
  const { inAll, stretches } = runsOf(changes);
  const parts = Math.max(1, Math.round(changes / PART_LINES / inAll));
  for (const [i, { level, first, size }] of stretches.entries()) {
    const time = { fromMs: atMs(first / inAll), toMs: atMs((first + size) / inAll) - 1_000 };
    addRun(bucket, { level, ...time, parts: parts * size, version: i * CHANGES_OF_ITEM });
  }
}

const atMs = (share: number) => WRITTEN_AT_MS + Math.floor(share * 86_400) * (DAY_MS / 86_400);
const iso = (ms: number) => new Date(ms).toISOString();

interface SimulatedRun {
  readonly level: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly parts: number;
  /** Of the item, so many there are before. */
  readonly version: number;
}

function addRun(bucket: KeptBucket, { level, fromMs, toMs, parts, version }: SimulatedRun): void {
  const lines = parts * PART_LINES;
  const naming = {
    ...{ level, compressor: 'gzip 6', attempt: 0, firstStoredAt: iso(fromMs), lastStoredAt: iso(toMs) },
    inputs: level === 0 ? [[`batches of ${fromMs}`, '0', lines] as const] : [],
    merged: level === 0 ? [] : Array.from({ length: MERGED }, (_, i) => `${fromMs} ${i}`),
  };
  const name = runName(naming);
  const folder = runFolder(TABLE, name);
  const put = (file: string, bytes: Buffer) => bucket.put(folder + file, bytes, toMs);
  const hash = hashOf(imageKeyOf(ITEM, ITEMS));
  const withItem = Math.floor(shareOf(hash) * parts);
  const all: RunPart[] = [];
  for (let number = 0; number < parts; number += 1) {
    const [part, after] = [hashAt(number / parts), hashAt((number + 1) / parts)];
    const file = runPartName(number);
    let [sizeBytes, indexSha256] = [PART_LINES * STORED_LINE_BYTES, hash];
    if (number === withItem) {
      const member = memberOf(part, fromMs, version);
      const { index, start } = indexOf({ part, hash, after }, member);
      sizeBytes += member.bytes.length - MEMBER_LINES * STORED_LINE_BYTES;
      indexSha256 = digest('sha256', index, 'hex');
      put(indexNameOf(file), index);
      const read = (from: number, end: number) => {
        if (from !== start || end !== start + member.bytes.length) throw new Error('the simulated day has other bytes');
        return member.bytes;
      };
      bucket.add(folder + file, { sizeBytes, etag: hash.slice(0, 32), storedAtMs: toMs, read });
    } else {
      for (const one of [file, indexNameOf(file)]) {
        bucket.add(folder + one, { sizeBytes, etag: hash.slice(0, 32), storedAtMs: toMs, read: () => Buffer.alloc(0) });
      }
    }
    all.push({ name: file, bytes: sizeBytes, sha256: hash, indexSha256, lines: PART_LINES, firstHash: part });
  }
  const manifest: RunManifest = {
    ...{ format: MANIFEST_FORMAT, kind: 'run', table: TABLE.tableName, name, ...naming, parts: all },
    ...{ madeAt: iso(toMs), lastChangedAt: iso(toMs), mergedBefore: [], previousManifestSha256: null },
    ...{ linesIn: lines, duplicates: 0, linesOut: lines },
  };
  put('manifest.json', Buffer.from(textOfRunManifest(manifest)));
  put('covered', Buffer.alloc(0));
}

interface RealMember {
  /** Of its first line. */
  readonly hash: string;
  readonly bytes: Buffer;
}

/** The member that has the item, behind one of the same part. */
function memberOf(part: string, fromMs: number, version: number): RealMember {
  const hash = hashOf(imageKeyOf(ITEM, ITEMS));
  let before = 0;
  for (; ; before += 1) {
    const other = hashOf(imageKeyOf(before, ITEMS));
    if (other >= part && other < hash) break;
  }
  const lines = [lineOf(before, 0, fromMs)];
  for (let n = 0; n < CHANGES_OF_ITEM; n += 1) lines.push(lineOf(ITEM, version + n, fromMs + n * 1_000));
  for (let n = 1; lines.length < MEMBER_LINES; n += 1) lines.push(lineOf(ITEM + n, 0, fromMs));
  return { hash: hashOf(imageKeyOf(before, ITEMS)), bytes: gzipSync(lines.map((line) => `${line}\n`).join('')) };
}

function lineOf(item: number, revision: number, changedAtMs: number): string {
  const sequenceNumber = String(10n ** 20n + BigInt(revision));
  const position = { source: 'stream', streamLabel: STREAM_LABEL, sequenceNumber } as const;
  const previousDigest = revision === 0 ? NO_ITEM : itemDigest(orderOf(item, ITEMS, revision - 1));
  const event = revision === 0 ? 'INSERT' : 'MODIFY';
  const image = encodeImage({ event, position, changedAtMs, previousDigest }, orderOf(item, ITEMS, revision));
  const line = lineOfImage(imageKeyOf(item, ITEMS), image);
  return textOfRunLine({ ...line, streamLabel: STREAM_LABEL, storedAtMs: changedAtMs + 1_000 });
}

/** Members before the one that has bytes, and behind it, are spread over the rest of the part. */
function indexOf(at: { part: string; hash: string; after: string }, { hash, bytes }: RealMember) {
  const [from, middle, to] = [at.part, hash, at.after].map(shareOf) as [number, number, number];
  const [behind, real] = [shareOf(at.hash), Math.floor((MEMBERS * (middle - from)) / (to - from))];
  let [offset, start, text] = [0, 0, ''];
  for (let number = 0; number < MEMBERS; number += 1) {
    const isReal = number === real;
    const share =
      number < real
        ? from + ((middle - from) * number) / MEMBERS
        : behind + ((to - behind) * (number - real)) / (MEMBERS - real + 1);
    const size = isReal ? bytes.length : MEMBER_LINES * STORED_LINE_BYTES;
    const sha256 = isReal ? digest('sha256', bytes, 'hex') : hash;
    if (isReal) start = offset;
    const firstHash = isReal ? hash : hashAt(share);
    text += `${[firstHash.slice(0, 16), offset, size, MEMBER_LINES, sha256.slice(0, 32)].join('\t')}\n`;
    offset += size;
  }
  return { index: gzipSync(text), start };
}

const DIGITS = 12;
const HASHES = 16 ** DIGITS;

function shareOf(hash: string): number {
  return parseInt(hash.slice(0, DIGITS), 16) / HASHES;
}

function hashAt(share: number): string {
  const hash = Math.min(HASHES - 1, Math.floor(share * HASHES)).toString(16);
  return hash.padStart(DIGITS, '0').padEnd(64, '0');
}
