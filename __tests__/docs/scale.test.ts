import { readPage, withScale } from './scalePage';

test('docs/scale.md says what the simulation says: npm run docs:scale prints it anew', () => {
  const page = readPage();
  expect(page).toBe(withScale(page));
});
