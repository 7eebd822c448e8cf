import fc from 'fast-check';
import { compareChanges } from '../../../core/changePosition';
import { distinctLines, placeOfLine } from '../../../core/journal/hashOrder';
import { imageOfRunLine, readRunLine } from '../../../core/journal/runLine';
import { linesOfOneItem, runLines } from './runLines';

const apartFromStoredAt = (text: string) => text.split('\t').toSpliced(8, 1).join('\t');
const storedAt = (text: string) => text.split('\t')[8] ?? '';

describe('the order of sorted files', () => {
  test('law: the place of a line is that of its image', () => {
    fc.assert(
      fc.property(runLines, (lines) => {
        for (const text of lines) {
          const { line, header } = imageOfRunLine(readRunLine(text));
          expect(placeOfLine(text)).toEqual({
            text,
            position: header.position,
            storedAt: new Date(line.storedAtMs).toISOString(),
          });
        }
      }),
    );
  });

  test('law: lines of an item are in the change order, then as they were stored, in whatever order they come', () => {
    fc.assert(
      fc.property(linesOfOneItem, fc.infiniteStream(fc.nat()), (given, random) => {
        const shuffled = given
          .map((line) => ({ line, at: random.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ line }) => line);
        const { lines } = distinctLines(given);
        expect(distinctLines(shuffled).lines).toEqual(lines);
        for (const [i, line] of lines.slice(1).entries()) {
          const [before, after] = [placeOfLine(lines[i] ?? ''), placeOfLine(line)];
          const order = compareChanges(before.position, after.position);
          expect(order < 0 || (order === 0 && before.storedAt <= after.storedAt)).toBe(true);
        }
      }),
    );
  });

  test('law: of each change the copy that was stored first is left, and the others are counted', () => {
    fc.assert(
      fc.property(linesOfOneItem, (given) => {
        const { lines, duplicates } = distinctLines(given);
        expect(lines.length + duplicates).toBe(given.length);
        const first = new Map<string, string>();
        for (const text of given) {
          const change = apartFromStoredAt(text);
          if (storedAt(text) < (first.get(change) ?? 'Z')) first.set(change, storedAt(text));
        }
        expect(new Map(lines.map((text) => [apartFromStoredAt(text), storedAt(text)]))).toEqual(first);
        expect(lines).toHaveLength(first.size);
      }),
    );
  });
});
