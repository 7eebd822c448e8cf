import fc from 'fast-check';
import { endOfMoment, momentMs, parseDuration, parseMoment } from '../../../core/commandLine/moment';
import { utc } from '../../../core/units';

const NOW_MS = Date.UTC(2026, 10, 23, 14, 5, 0);
const read = (text: string) => {
  const moment = parseMoment(text);
  return 'problem' in moment ? moment : momentMs(moment, NOW_MS);
};
const ago = (text: string) => {
  const ms = read(text);
  return typeof ms === 'number' ? (NOW_MS - ms) / 1_000 : ms.problem;
};

describe('a moment', () => {
  test.each([
    ['2 hours ago', 7_200],
    ['90m', 5_400],
    ['1d12h', 129_600],
    ['1 day, 2 hours and 3 minutes ago', 93_780],
    ['1.5 h', 5_400],
    ['3 weeks ago', 1_814_400],
    ['45 secs', 45],
    ['now', 0],
    ['2026-11-23T14:05:00Z', 0],
    ['2026-11-23T15:05:00+01:00', 0],
    ['2026-11-23 14:04:59.5Z', 0.5],
    ['2026-11-23', 14 * 3_600 + 300],
  ])('%s', (text, seconds) => {
    expect(ago(text)).toBe(seconds);
  });

  test.each([
    ['2026-11-23T14:05:00', 'it has no time zone; write 2026-11-23T14:05:00Z for UTC'],
    ['2026-02-30T00:00:00Z', 'there is no such time'],
    ['2026-11-23T25:00:00Z', 'there is no such time'],
    ['2026-11-24T00:00:00Z', 'that is 2026-11-24T00:00:00Z, in the future (it is 2026-11-23T14:05:00Z)'],
    ['yesterday', 'write a time such as'],
    ['2', 'write a time such as'],
    ['2 fortnights ago', 'fortnights is no unit of time'],
    ['-2 hours', 'write a time such as'],
    ['', 'write a time such as'],
  ])('%j is refused, and it is said what would be right', (text, problem) => {
    expect(ago(text)).toContain(problem);
  });

  test('law: every moment that is stated is read back as the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: NOW_MS }), (ms) => {
        expect(read(utc(ms))).toBe(ms);
      }),
    );
  });
});

describe('the end of a moment', () => {
  test.each([
    ['2026-11-23T14:04:00Z', 999],
    ['2026-11-23 14:04Z', 999],
    ['2026-11-23T14:04:00.250Z', 0],
    ['2 hours ago', 0],
    ['1.5 hours ago', 0],
  ])('of %s is %d ms after it', (text, ms) => {
    const moment = parseMoment(text);
    expect('problem' in moment ? undefined : endOfMoment(moment, 0)).toBe(ms);
  });

  test('what no date can hold is the earliest one there is', () => {
    expect(read(`${'9'.repeat(400)} weeks ago`)).toBe(-8.64e15);
    expect(utc(read('999999999999999 days ago') as number)).toBe('-271821-04-20T00:00:00Z');
  });
});

describe('a length of time', () => {
  test.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1 hour 30 minutes', 5_400_000],
    ['0s', 0],
  ])('%j is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each(['15', '', '2 hours ago', '2026-11-23T00:00:00Z', '5 fortnights'])('%j is refused', (text) => {
    expect(parseDuration(text)).toHaveProperty('problem');
  });
});
