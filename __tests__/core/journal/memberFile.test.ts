import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { UnreadableImageError } from '../../../core/errors';
import { hashOf, objectKeyIn } from '../../../core/journal/hashOrder';
import {
  linesOfMember,
  membersBetween,
  MEMBER_TEXT_BYTES,
  MemberFileWriter,
  readIndex,
  type MemberFile,
} from '../../../core/journal/memberFile';
import { runLines } from './runLines';

const inHashOrder = (lines: readonly string[]) =>
  lines
    .map((line) => ({ hash: hashOf(objectKeyIn(line)), line }))
    .sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));

function fileOf(lines: readonly string[]): MemberFile {
  const writer = new MemberFileWriter(1);
  for (const { hash, line } of inHashOrder(lines)) writer.add(hash, line);
  return writer.end();
}

const stated = ({ bytes, lines }: MemberFile) => ({ bytes: bytes.length, lines });
const linesIn = (file: MemberFile, members = readIndex(file.index, stated(file))) =>
  members.flatMap((member) => linesOfMember(member, file.bytes.subarray(member.offset, member.offset + member.bytes)));

/** So that a file has several members, each line is as long as a third of one, and cannot be compressed. */
const padding = randomBytes(MEMBER_TEXT_BYTES / 4).toString('base64');
const long = runLines.map((lines) => lines.map((line, i) => line.replace('{"Item":', `{"Item":${padding}${i}`)));

describe('a part of a run', () => {
  test.each([
    ['short', runLines],
    ['long', long],
  ])('law: its lines are those that were added, by its index and by zcat, %s', (_, given) => {
    fc.assert(
      fc.property(given, (lines) => {
        const file = fileOf(lines);
        const sorted = inHashOrder(lines);
        expect(linesIn(file)).toEqual(sorted.map(({ line }) => line));
        expect(gunzipSync(file.bytes).toString()).toBe(sorted.map(({ line }) => `${line}\n`).join(''));
        expect(file.firstHash).toBe(sorted[0]?.hash);
      }),
      { numRuns: 15 },
    );
  });

  test('law: the members between two hashes have all lines of these, and an item alone lies in few of them', () => {
    fc.assert(
      fc.property(long, fc.constantFrom('a', 'b', 'c', 'd'), (lines, id) => {
        const hash = hashOf(`eu/accounts/${id}/image.json`);
        const file = fileOf(lines);
        const members = readIndex(file.index, stated(file));
        const between = membersBetween(members, hash, hash);
        const ofItem = (all: readonly string[]) => all.filter((line) => hashOf(objectKeyIn(line)) === hash);
        expect(ofItem(linesIn(file, [...between]))).toEqual(ofItem(linesIn(file)));
        const needed = members.filter((member) => ofItem(linesIn(file, [member])).length > 0);
        expect(between.length).toBeLessThanOrEqual(needed.length + 1);
      }),
      { numRuns: 15 },
    );
  });

  test('law: a member has 256 KB at most and whole lines, unless one line alone has more', () => {
    const writer = new MemberFileWriter(1);
    const lines = [100_000, 1_000_000, 130_000, 100_000, 100_000, 1].map(
      (bytes, i) =>
        `k${i}\t${randomBytes(bytes)
          .toString('latin1')
          .replace(/[\t\n]/g, 'é')}`,
    );
    for (const line of lines) writer.add(hashOf('k0'), line);
    const file = writer.end();
    const members = readIndex(file.index, stated(file));
    expect(members.map(({ lines: count }) => count)).toEqual([1, 1, 1, 1, 2]);
    for (const { bytes } of members.toSpliced(1, 1)) expect(bytes).toBeLessThanOrEqual(256 * 1024);
  });

  test('a writer begins anew after each file', () => {
    const writer = new MemberFileWriter(1);
    const [first, second] = ['a', 'b'].map((key) => {
      writer.add(hashOf(key), `${key}\tx`);
      expect([writer.lines, writer.sizeBytes]).toEqual([1, 0]);
      return writer.end();
    });
    expect(second).toEqual({ ...second, lines: 1, firstHash: hashOf('b') });
    expect(linesIn(second!)).toEqual(['b\tx']);
    expect(linesIn(first!)).toEqual(['a\tx']);
  });

  test('law: a byte that is another one is told, wherever it is', () => {
    const file = fileOf(fc.sample(long, { numRuns: 1, seed: 7 })[0]!);
    fc.assert(
      fc.property(fc.nat(file.bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(file.bytes);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        expect(() => linesIn({ ...file, bytes })).toThrow(UnreadableImageError);
      }),
    );
  });

  describe('an index that lies is refused:', () => {
    const file = fileOf(fc.sample(long, { numRuns: 20, seed: 3 }).find((lines) => lines.length > 9)!);
    const members = gunzipSync(file.index).toString().trimEnd().split('\n');
    const changed = (line: number, field: number, to: (value: string) => string) =>
      members.map((text, i) => {
        const fields = text.split('\t');
        return i === line ? fields.with(field, to(fields[field] ?? '')).join('\t') : text;
      });
    const more = (value: string) => String(Number(value) + 1);
    test.each([
      ['shifted', members.map((_, i) => changed(i, 1, more)[i] ?? '')],
      ['a member less', members.slice(1)],
      ['the last member less', members.slice(0, -1)],
      ['members in another order', members.toReversed()],
      ['a line more', changed(0, 3, more)],
      ['a byte more', changed(0, 2, more)],
      ['a hash that is another', changed(0, 0, () => '0'.repeat(16))],
      ['a digest that is another', changed(1, 4, () => '0'.repeat(32))],
      ['a line of something else', [...members, 'x']],
      ['nothing', []],
    ])('%s', (_, lies) => {
      expect(members.length).toBeGreaterThan(1);
      const index = gzipSync(lies.map((text) => `${text}\n`).join(''));
      expect(() => linesIn({ ...file, index })).toThrow(UnreadableImageError);
    });

    test('one that is no gzip', () => {
      expect(() => readIndex(Buffer.from('x'), stated(file))).toThrow(UnreadableImageError);
    });
  });
});
