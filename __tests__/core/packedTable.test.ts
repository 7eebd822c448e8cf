import fc from 'fast-check';
import { PackedTable } from '../../core/packedTable';
import { generator } from './arbitraries';

const KEY_WORDS = 2;
const VALUE = KEY_WORDS;
/** As many as make the table grow several times, named by a number, in an order and with repeats that a seed decides. */
const entriesOf = (seed: number) => {
  const random = generator(seed);
  return Array.from({ length: 3_000 }, () => ({ name: String(random(3_000)), value: random(2 ** 32) }));
};

test('law: it is a map from texts to what was written last, however often it has grown', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const [table, expected] = [new PackedTable(KEY_WORDS, 1), new Map<string, number>()];
      for (const { name, value } of entriesOf(seed)) {
        const at = table.add(name);
        if (table.words[at + VALUE] !== (expected.get(name) ?? 0)) throw new Error(`${name} has lost its value`);
        table.words[at + VALUE] = value;
        expected.set(name, value);
      }
      expect(table.size).toBe(expected.size);
      const found = new Map([...expected.keys()].map((name) => [name, table.find(name)]));
      expect(new Map([...found].map(([name, at]) => [name, table.words[(at ?? NaN) + VALUE]]))).toEqual(expected);
      expect([...expected.keys()].filter((name) => table.find(`${name} and more`) !== undefined)).toEqual([]);
      const visited: (number | undefined)[] = [];
      table.forEach((at) => visited.push(at));
      expect(visited.sort()).toEqual([...found.values()].sort());
    }),
    { numRuns: 20 },
  );
});

test('it takes a quarter more than its entries when it is full, and half as much again when it has just grown', () => {
  const table = new PackedTable(KEY_WORDS, 1);
  const entryWords = KEY_WORDS + 1;
  for (let n = 1; n <= 50_000; n += 1) {
    table.add(String(n));
    const share = table.words.length / (n * entryWords);
    if (n > 1_024 && share > 1.25 * 1.5 + 0.01) throw new Error(`${n} entries take ${share} times their size`);
  }
  expect(table.size).toBe(50_000);
});

test('a table of keys alone has as many entries as it visits', () => {
  const table = new PackedTable(KEY_WORDS);
  for (let n = 0; n < 300; n += 1) table.add(String(n));
  let visited = 0;
  table.forEach(() => (visited += 1));
  expect(visited).toBe(300);
});
