import { pauseMs } from '../../../local/sandbox/traffic';

const HOUR_MS = 3_600_000;

function visitsIn(hours: number): number {
  let [ageMs, visits] = [0, 0];
  for (; ageMs < hours * HOUR_MS; ageMs += pauseMs(ageMs)) visits += 1;
  return visits;
}

test('somebody looks often while the story is new, and a day of sandbox stores no more than a morning of the first pace', () => {
  expect(visitsIn(1 / 60)).toBe(150);
  expect(visitsIn(24)).toBeLessThan(visitsIn(1) * 5);
  expect(visitsIn(24)).toBeLessThan((3 * HOUR_MS) / 400 / 4);
});
