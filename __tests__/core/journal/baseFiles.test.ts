import fc from 'fast-check';
import { hash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { digestOf } from '../../../core/digest';
import { UnreadableImageError } from '../../../core/errors';
import { basePartsOf, BasePartWriter, type BaseFiles } from '../../../core/journal/baseFiles';
import { entriesOfBasePart } from '../../../core/journal/basePartEntries';
import { hashOf, objectKeyIn } from '../../../core/journal/hashOrder';
import { imageOfRunLine, readRunLine, textOfRunLine } from '../../../core/journal/runLine';
import { runLines } from './runLines';

/** One line an item, in hash order. */
const oneEach = runLines.map((lines) =>
  [...new Map(lines.map((line) => [hashOf(objectKeyIn(line)), line]))].sort(([a], [b]) => (a < b ? -1 : 1)),
);

function filesOf(lines: readonly (readonly [hash: string, line: string])[]): BaseFiles {
  const writer = new BasePartWriter(1);
  for (const [hash, line] of lines) writer.add(hash, line);
  return writer.end('part-0000');
}

const bodyOf = (line: string) => line.split('\t')[6] ?? '';

describe('the files of a base', () => {
  test('law: they give the very lines back', () => {
    fc.assert(
      fc.property(oneEach, (lines) => {
        const { part, ...files } = filesOf(lines);
        const entries = [...entriesOfBasePart(part, files)];
        expect(entries.map(({ line }) => line)).toEqual(lines.map(([, line]) => line));
        expect(entries.map(({ image }) => textOfRunLine(image.line))).toEqual(lines.map(([, line]) => line));
        expect(entries.map(({ image }) => image)).toEqual(lines.map(([, line]) => imageOfRunLine(readRunLine(line))));
        expect(entries.map(({ objectKey }) => objectKey)).toEqual(lines.map(([, line]) => objectKeyIn(line)));
        expect(part.items + part.tombstones).toBe(lines.length);
        expect(part.firstHash).toBe(lines[0]?.[0]);
      }),
    );
  });

  test('law: the items are the bodies alone, the marks have their digests, and the digests make the sum', () => {
    fc.assert(
      fc.property(oneEach, (lines) => {
        const writer = new BasePartWriter(1);
        for (const [hash, line] of lines) writer.add(hash, line);
        const { items, marks } = writer.end('part-0000');
        const bodies = lines.map(([, line]) => bodyOf(line));
        const there = bodies.filter((body) => body !== '{}');
        expect(items ? gunzipSync(items).toString() : '').toBe(there.map((body) => `${body}\n`).join(''));
        const texts = gunzipSync(marks).toString().trimEnd().split('\n');
        expect(texts.map(bodyOf)).toEqual(bodies.map(digestOf));
        const sum = there.reduce((total, body) => total + BigInt(`0x${digestOf(body)}`), 0n) % 2n ** 256n;
        expect(writer.digestSum).toBe(sum.toString(16).padStart(64, '0'));
      }),
    );
  });

  test('a part is full when either file is, and the sum goes on in the next', () => {
    const writer = new BasePartWriter(1, 500);
    const line = (id: string) => `${id}\tINSERT\t1\tT\tnone\t-\t{"Item":{"id":{"S":"${id}"}}}\tL\tT\t-`;
    let sums = 0n;
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      if (!writer.hasRoomFor(line(id))) expect(writer.end('part-0000').part.items).toBeGreaterThan(1);
      writer.add(hashOf(id), line(id));
      sums += BigInt(`0x${digestOf(bodyOf(line(id)))}`);
    }
    expect(writer.end('part-0001').part.items).toBeLessThan(6);
    expect(BigInt(`0x${writer.digestSum}`)).toBe(sums % 2n ** 256n);
  });

  test('parts behind many others are larger', () => {
    const writer = new BasePartWriter(1, 100, { from: 2, times: 3 });
    const line = (id: number) => `${id}\tINSERT\t1\tT\tnone\t-\t{"Item":{"id":{"S":"${id}"}}}\tL\tT\t-`;
    const items: number[] = [];
    for (let id = 0; id < 20; id += 1) {
      if (!writer.hasRoomFor(line(id))) items.push(writer.end(`part-000${items.length}`).part.items);
      writer.add(hashOf(`${id}`), line(id));
    }
    expect(items.slice(0, 4)).toEqual([1, 1, 3, 3]);
    const MB = 1024 * 1024;
    expect([0, 1, 4, 5, 1024, 1025, 1056, 1057].map((size) => basePartsOf(size * MB))).toEqual([
      1, 1, 1, 2, 256, 257, 257, 258,
    ]);
  });

  test('files of several gzip members, of which the last says nothing of the size of all, are read whole', () => {
    const [lines = []] = fc.sample(oneEach, { numRuns: 100, seed: 5 }).filter((some) => some.length > 3);
    const { part, items, marks } = filesOf(lines);
    const cut = (file: Buffer) => {
      const text = gunzipSync(file);
      const members = [text.subarray(0, 50), text.subarray(50, -1), text.subarray(-1)].map((one) => gzipSync(one));
      return Buffer.concat(members);
    };
    const files = { items: cut(items!), marks: cut(marks) };
    const [itemsSha256, marksSha256] = [files.items, files.marks].map((file) => hash('sha256', file, 'hex'));
    const inMembers = { ...part, itemsBytes: files.items.length, marksBytes: files.marks.length };
    const read = entriesOfBasePart({ ...inMembers, itemsSha256: itemsSha256!, marksSha256: marksSha256! }, files);
    expect([...read].map(({ line }) => line)).toEqual(lines.map(([, line]) => line));
  });

  describe('what is not as the manifest says is refused:', () => {
    const lines = fc.sample(oneEach, { numRuns: 100, seed: 5 }).filter((some) => some.length > 3);
    const mixed = lines.find((some) => new Set(some.map(([, line]) => bodyOf(line) === '{}')).size > 1)!;
    const { part, items, marks } = filesOf(mixed);
    const flipped = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]);
    const other = filesOf(mixed.slice(1));
    test.each<[string, Parameters<typeof entriesOfBasePart>]>([
      ['a byte of the items', [part, { items: flipped(items!), marks }]],
      ['a byte of the marks', [part, { items, marks: flipped(marks) }]],
      ['no items', [part, { marks }]],
      [
        'an item more in the manifest',
        [
          { ...part, items: part.items + 1 },
          { items, marks },
        ],
      ],
      [
        'more items in the manifest than there can be',
        [
          { ...part, items: 2 ** 50 },
          { items, marks },
        ],
      ],
      [
        'the marks of others',
        [
          { ...part, marksBytes: other.marks.length, marksSha256: other.part.marksSha256 },
          { items, marks: other.marks },
        ],
      ],
      [
        'the items of others',
        [
          { ...part, itemsBytes: other.part.itemsBytes, itemsSha256: other.part.itemsSha256 },
          { items: other.items, marks },
        ],
      ],
    ])('%s', (_, [of, files]) => {
      expect(entriesOfBasePart(part, { items, marks })).toHaveLength(mixed.length);
      expect(() => entriesOfBasePart(of, files)).toThrow(UnreadableImageError);
    });
  });
});
