import { asOfWords, bytes, count, counted, duration, secondOf, utc } from '../../core/units';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

test.each([
  [0, 'item', undefined, '0 items'],
  [1, 'item', undefined, '1 item'],
  [1_234_567, 'item', undefined, '1,234,567 items'],
  [1, 'copy', 'copies', '1 copy'],
  [2, 'copy', 'copies', '2 copies'],
])('%s %s', (number, noun, plural, words) => {
  expect(counted(number, noun, plural)).toBe(words);
  expect(count(1_234_567)).toBe('1,234,567');
});

test.each([
  [0.4, '0 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [200_000, '3 min 20 s'],
  [HOUR_MS - 1_000, '59 min 59 s'],
  [HOUR_MS, '1 h'],
  [2 * HOUR_MS + 5 * MINUTE_MS, '2 h 5 min'],
  [23 * HOUR_MS + 59 * MINUTE_MS, '23 h 59 min'],
  [24 * HOUR_MS, '1 d'],
  [49 * HOUR_MS, '2 d 1 h'],
])('%s milliseconds are %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_024, '1.0 KB'],
  [1_536, '1.5 KB'],
  [99.94 * 1_024, '99.9 KB'],
  [100 * 1_024, '100 KB'],
  [1_024 ** 2, '1.0 MB'],
  [1_024 ** 3, '1.0 GB'],
  [1_024 ** 4, '1.0 TB'],
  [1_024 ** 5, '1.0 PB'],
  [1_024 ** 6, '1024 PB'],
])('%s bytes are %s', (number, words) => {
  expect(bytes(number)).toBe(words);
});

test('a moment is UTC, to the second where it is one, and the end of a second stands for it', () => {
  const ms = Date.UTC(2026, 10, 26, 8, 0, 9);
  expect(utc(ms)).toBe('2026-11-26T08:00:09Z');
  expect(utc(ms + 5)).toBe('2026-11-26T08:00:09.005Z');
  expect(secondOf(ms + 999)).toBe('2026-11-26T08:00:09Z');
  expect(secondOf(ms + 998)).toBe('2026-11-26T08:00:09.998Z');
  expect(asOfWords(ms)).toBe('as of 2026-11-26T08:00:09Z');
  expect(asOfWords(Infinity)).toBe('as the newest images say');
});
