import { compareChanges, type ChangePosition } from '../changePosition';
import { digestOf } from '../digest';
import { ABSENT, RECEIPT } from './journalLine';

/*
 * The order of sorted files: by the SHA-256 of the object key, the object key, the change order, when S3 stored the change, the
 * text. Hashes spread the items of any table evenly, so that a range of them is as large as any other of its width.
 */

/** SHA-256 of an object key, as 64 hexadecimal digits. */
export function hashOf(objectKey: string): string {
  return digestOf(objectKey);
}

/** The object key of a line of a journal, a run or a mark. */
export function objectKeyIn(line: string): string {
  return line.slice(0, line.indexOf('\t'));
}

/** The lines of an item in their order, and of each change stored several times the copy that was stored first. */
export interface DistinctLines {
  readonly lines: string[];
  readonly duplicates: number;
}

/**
 * @param lines of one run line format (`textOfRunLine`), of one item, each a readable image
 */
export function distinctLines(lines: readonly string[]): DistinctLines {
  if (lines.length < 2) return { lines: [...lines], duplicates: 0 };
  const seen = new SeenChanges();
  const distinct = lines
    .map(placeOfLine)
    .sort(comparePlaces)
    .filter((line) => seen.isNew(line));
  return { lines: distinct.map(({ text }) => text), duplicates: lines.length - distinct.length };
}

/** A run line with what its order is told by. */
export interface PlacedLine {
  readonly text: string;
  readonly position: ChangePosition;
  /** ISO 8601, as it stands in the line. */
  readonly storedAt: string;
}

/** Reads no more of a run line than its order needs: as `imageOfRunLine` does, where that can read it. */
export function placeOfLine(text: string): PlacedLine {
  const { start, end } = storedAtIn(text);
  const storedAt = text.slice(start, end);
  const [, event = '', sequenceNumber = '', time = ''] = text.slice(0, endOfField(text, TIME_FIELD)).split('\t');
  if (event === 'BACKFILL' || sequenceNumber === ABSENT) {
    return { text, storedAt, position: { source: 'backfill', readAtMs: msOf(time) } };
  }
  const streamLabel = text.slice(text.lastIndexOf('\t', start - 2) + 1, start - 1);
  const position: ChangePosition =
    event === 'REPAIR'
      ? { source: 'repair', streamLabel, sequenceNumber, readAtMs: msOf(time) }
      : { source: 'stream', streamLabel, sequenceNumber };
  return { text, storedAt, position };
}

/** The order of the lines of one item. */
export function comparePlaces(a: PlacedLine, b: PlacedLine): number {
  return compareChanges(a.position, b.position) || compareText(a.storedAt, b.storedAt) || compareText(a.text, b.text);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Tells the copies of a change, given the lines of one item in their order. Remembers those of one place in the change order. */
export class SeenChanges {
  private last: PlacedLine | undefined;
  private texts = new Set<string>();

  /** Whether the line is that of no change so far, apart from when it was stored. */
  isNew(line: PlacedLine): boolean {
    const { last } = this;
    this.last = line;
    if (!last || compareChanges(last.position, line.position) !== 0) {
      this.texts.clear();
      return true;
    }
    if (this.texts.size === 0) this.texts.add(withoutStoredAt(last.text));
    const before = this.texts.size;
    return this.texts.add(withoutStoredAt(line.text)).size > before;
  }
}

/** A line but for when it was stored: those of all copies of a change are the same. */
export function withoutStoredAt(text: string): string {
  const { start, end } = storedAtIn(text);
  return text.slice(0, start) + text.slice(end);
}

/** When a run line was stored: ISO 8601, as it stands there. */
export function storedAtOf(text: string): string {
  const { start, end } = storedAtIn(text);
  return text.slice(start, end);
}

/** It is the last field but one. */
function storedAtIn(text: string): { start: number; end: number } {
  const end = text.lastIndexOf('\t');
  return { start: text.lastIndexOf('\t', end - 1) + 1, end };
}

/** Object key, event, sequence number, time. */
const TIME_FIELD = 4;

function endOfField(text: string, field: number): number {
  let at = -1;
  for (let n = 0; n < field; n += 1) at = text.indexOf('\t', at + 1);
  return at;
}

function msOf(time: string): number {
  return Date.parse(time.endsWith(RECEIPT) ? time.slice(0, -RECEIPT.length) : time);
}

/**
 * The line of the newer change. Of lines of one place the greater text apart from the time counts, and of copies the one that was
 * stored first, so that it makes no difference in which order many are compared.
 */
export function newerOf(a: string, b: string): string {
  const [first, second] = [placeOfLine(a), placeOfLine(b)];
  const order = compareChanges(first.position, second.position) || compareText(withoutStoredAt(a), withoutStoredAt(b));
  if (order !== 0) return order > 0 ? a : b;
  return first.storedAt <= second.storedAt ? a : b;
}

/** The line of the newest change, by {@link newerOf}, of lines of an item in their order; undefined of none. */
export function newestIn(lines: readonly string[]): string | undefined {
  let newest = lines.at(-1);
  if (newest === undefined || lines.length === 1) return newest;
  const { position } = placeOfLine(newest);
  for (let at = lines.length - 2; at >= 0; at -= 1) {
    const line = lines[at] ?? '';
    if (compareChanges(placeOfLine(line).position, position) !== 0) break;
    newest = newerOf(newest, line);
  }
  return newest;
}
