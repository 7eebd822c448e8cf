import { batchOf } from '../../settings/batches';
import { parseSettings } from '../../settings/load';
import { minimal } from '../../stacks/variants';

const of = (table: object, capture: object = {}) => {
  const { tables, ...settings } = parseSettings({ ...minimal, capture, tables: [{ name: 'users', ...table }] });
  return batchOf(tables[0]!, settings.capture);
};

test.each([
  ['images as before', {}, { batchSize: 500, batchingWindowSeconds: 1 }],
  ['a journal: as many as Lambda takes, after ten seconds', { layout: 'journal' }, [10_000, 10]],
  ['what the table says of itself', { layout: 'journal', batchSize: 5, batchingWindowSeconds: 0 }, [5, 0]],
  ['what it says of images', { batchingWindowSeconds: 20 }, [500, 20]],
])('the batches of a table: %s', (_, table, expected) => {
  const [batchSize, batchingWindowSeconds] = Array.isArray(expected) ? expected : Object.values(expected);
  expect(of(table)).toEqual({ batchSize, batchingWindowSeconds });
});

test('what is said of all tables is said of images', () => {
  const capture = { batchSize: 7, batchingWindowSeconds: 3 };
  expect(of({}, capture)).toEqual(capture);
  expect(of({ layout: 'journal' }, capture)).toEqual({ batchSize: 10_000, batchingWindowSeconds: 10 });
});
