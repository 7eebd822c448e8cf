import { PRICES } from '../../operations/costs/prices';
import { readPage, withCosts } from './costsPage';

test('docs/costs.md says what the command says: npm run docs:costs prints it anew', async () => {
  const page = readPage();
  expect(page).toBe(await withCosts(page));
});

test('every price has a source', () => {
  const bare = Object.values(PRICES).filter(({ source }) => !/20\d\d|not found/.test(source));
  expect(bare).toEqual([]);
});
