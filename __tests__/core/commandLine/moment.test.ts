import fc from 'fast-check';
import { parseDuration } from '../../../core/commandLine/lengthOfTime';
import { endOfMoment, isWrittenInUtc, momentMs, parseMoment } from '../../../core/commandLine/moment';
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
    ['0001-01-01', (NOW_MS + 62_135_596_800_000) / 1_000],
    ['today 14:00', 300],
    ['yesterday 14:05', 86_400],
    ['Yesterday at 14:05:30.5 utc', 86_400 - 30.5],
    ['yesterday 15:05+01:00', 86_400],
    ['yesterday 9:05 America/New_York', 86_400],
    ['2026-11-23 15:05 Europe/Berlin', 0],
    ['2026-07-01 02:00 Europe/Berlin', (NOW_MS - Date.UTC(2026, 6, 1)) / 1_000],
    ['1 year ago', 365 * 86_400],
    ['9mo', (NOW_MS - Date.UTC(2026, 1, 23, 14, 5)) / 1_000],
    ['1 month and 2 hours ago', 31 * 86_400 + 7_200],
    [' 2026-11-23T14:05:00Z ', 0],
    [' 2 hours ago ', 7_200],
    ['2026-11-23T15:05:00+0100', 0],
    ['2hago', 7_200],
    ['1.25 h   ago', 4_500],
    ['2026-11-23T09:05:00-05:00', 0],
    ['2026-11-23T19:50:00+05:45', 0],
    ['2026-11-23T16:04 GMT+01:59', 0],
    ['2026-11-24 04:05 +14:00', 0],
    ['2026-11-23 11:05 America/Argentina/Buenos_Aires', 0],
    ['2026-11-23T14:05:00.000000001Z', 0],
  ])('%s', (text, seconds) => {
    expect(ago(text)).toBe(seconds);
  });

  test.each([
    ['2026-11-23T14:05:00', 'it has no time zone; write 2026-11-23T14:05:00Z for UTC'],
    ['2026-11-23 14:05', 'it has no time zone; write 2026-11-23T14:05Z for UTC'],
    ['2026-02-30T00:00:00Z', 'there is no such time'],
    ['12026-11-23', 'write a time such as'],
    ['2026-11-23x', 'write a time such as'],
    ['2 hours ago!', 'write a time such as'],
    ['1 ago 2 hours', 'ago is no unit of time'],
    ['2 hourss', 'hourss is no unit of time'],
    ['2026-11-23T25:00:00Z', 'there is no such time'],
    ['2026-11-23T14:60:00Z', 'there is no such time'],
    ['yesterday 14:05:60', 'there is no such time'],
    ['not yesterday', 'write a time such as'],
    ['yesterday evening', 'write a time such as'],
    ['9:05', 'of which day? Write "today 9:05" or "yesterday 9:05"'],
    ['yesterday 14:05 zulu', '"zulu" is no time zone'],
    ['yesterday 14:05 xgmt', '"xgmt" is no time zone'],
    ['yesterday 14:05 CET+01:00', '"CET+01:00" is no time zone'],
    ['yesterday 14:05 +01:00x', '"+01:00x" is no time zone'],
    ['yesterday 14:05 +01:60', '"+01:60" is no time zone'],
    ['2 monthly', 'monthly is no unit of time'],
    ['2 xmonths', 'xmonths is no unit of time'],
    ['2026-11-24T00:00:00Z', 'that is 2026-11-24T00:00:00Z, in the future (it is 2026-11-23T14:05:00Z)'],
    ['yesterday', 'a day is no moment; write its time too: "yesterday 14:05"'],
    ['14:05', 'of which day? Write "today 14:05" or "yesterday 14:05"'],
    ['monday 14:05', 'write a time such as'],
    ['today 14:06', 'that is 2026-11-23T14:06:00Z, in the future'],
    ['yesterday 25:00', 'there is no such time'],
    ['yesterday 14:05 CET', '"CET" is no time zone; write Z for UTC, an offset such as +01:00'],
    ['yesterday 14:05 Europe/Nowhere', '"Europe/Nowhere" is no time zone'],
    ['2026-11-23 14:05 +15:00', '"+15:00" is no time zone'],
    ['2026-10-25 02:30 Europe/Berlin', 'twice; write 2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z'],
    ['2026-03-29 02:30 Europe/Berlin', 'never showed 2026-03-29T02:30:00: they were put forward'],
    ['1.5 years ago', 'write whole years, not 1.5'],
    ['2', 'write a time such as'],
    ['5 ago', 'write a time such as'],
    ['5ago', 'write a time such as'],
    ['2 hours 5 ago', 'write a time such as'],
    ['1 day, 12 ago', 'write a time such as'],
    ['ago', 'write a time such as'],
    ['500ms', 'ms is no unit of time'],
    ['2 hs ago', 'hs is no unit of time'],
    ['2 fortnights ago', 'fortnights is no unit of time'],
    ['-2 hours', 'write a time such as'],
    ['', 'write a time such as'],
  ])('%j is refused, and it is said what would be right', (text, problem) => {
    expect(ago(text)).toContain(problem);
  });

  test('a time that a zone has twice is refused as it is read, whatever time it is now', () => {
    expect(parseMoment('2026-10-25 02:30 Europe/Berlin')).toEqual({
      problem: expect.stringContaining('twice') as string,
    });
  });

  test('yesterday is the day before that of the service, in the zone that is named', () => {
    const at = (nowMs: number, text: string) => {
      const moment = parseMoment(text);
      const ms = 'problem' in moment ? moment : momentMs(moment, nowMs);
      return typeof ms === 'number' ? utc(ms) : ms.problem;
    };
    const lateMs = Date.UTC(2026, 10, 23, 23, 30);
    expect(at(lateMs, 'yesterday 14:05')).toBe('2026-11-22T14:05:00Z');
    expect(at(lateMs, 'yesterday 14:05 Europe/Berlin')).toBe('2026-11-23T13:05:00Z');
    expect(at(lateMs, 'today 00:10 +01:00')).toBe('2026-11-23T23:10:00Z');
  });

  test('months are those of the calendar, and end with it', () => {
    const monthsBefore = (day: string, text: string) => {
      const moment = parseMoment(text);
      const ms = 'problem' in moment ? moment : momentMs(moment, Date.parse(day));
      return typeof ms === 'number' ? utc(ms).slice(0, 10) : ms.problem;
    };
    expect(monthsBefore('2024-02-29T12:00:00Z', '1 year ago')).toBe('2023-02-28');
    expect(monthsBefore('2026-03-31T12:00:00Z', '1 month ago')).toBe('2026-02-28');
    expect(monthsBefore('2026-01-15T12:00:00Z', '13 months ago')).toBe('2024-12-15');
    expect(monthsBefore('2026-01-15T12:00:00Z', '1990 years ago')).toBe('0036-01-15');
  });

  const zones = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'UTC',
  );

  test('law: what a clock on a wall shows is read as a moment at which it shows that, or refused with all there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: NOW_MS / 1_000 }), zones, (seconds, zone) => {
        const wall = new Date(seconds * 1_000).toLocaleString('sv-SE', { timeZone: zone }).replace(',', '');
        const ms = read(`${wall} ${zone}`);
        if (typeof ms === 'number') expect(ms).toBe(seconds * 1_000);
        else expect(ms.problem).toContain(utc(seconds * 1_000));
      }),
    );
  });

  test('law: whatever is typed is a moment or a problem with what is allowed, and never an error', () => {
    const word = fc.constantFrom(
      'yesterday',
      'today',
      '14:05',
      'Z',
      '+01:00',
      'a/b',
      '1',
      'year',
      'ago',
      '2026-11-23',
      'T',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join(' ')),
        ),
        (text) => {
          const ms = read(text);
          if (typeof ms === 'number') expect(ms).toBeLessThanOrEqual(NOW_MS);
          else expect(ms.problem).toMatch(/write|in the future|twice|put forward|known are|Write/);
        },
      ),
    );
  });

  test.each([
    ['2026-11-23T14:05:00Z', true],
    ['2026-11-23', true],
    ['2026-11-23T14:05:00+01:00', false],
    ['2026-11-23 14:05 Europe/Berlin', false],
    ['2026-11-23 14:05 Europe/Zurich', false],
    ['yesterday 14:05', false],
    ['2 hours ago', false],
  ])('%s is said back in UTC unless it is: %s', (text, isUtc) => {
    const moment = parseMoment(text);
    expect('problem' in moment ? undefined : isWrittenInUtc(moment)).toBe(isUtc);
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
    ['yesterday 14:05', 999],
    ['yesterday 14:05:00.5', 0],
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
    [' 1.25 s ', 1_250],
  ])('%j is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each([
    ['15', 'write a length of time: 90s, 15m, 1h30m'],
    ['', 'write a length of time: 90s, 15m, 1h30m'],
    ['2 hours ago', 'write a length of time: 90s, 15m, 1h30m'],
    [' 2 hours ago ', 'write a length of time: 90s, 15m, 1h30m'],
    ['2026-11-23T00:00:00Z', 'write a length of time: 90s, 15m, 1h30m'],
    [
      '5 fortnights',
      'fortnights is no unit of time; known are seconds, minutes, hours, days, weeks, months, years (m is minutes)',
    ],
    ['500ms', 'ms is no unit of time; known are seconds, minutes, hours, days, weeks, months, years (m is minutes)'],
    ['5 agos', 'agos is no unit of time; known are seconds, minutes, hours, days, weeks, months, years (m is minutes)'],
    ['1 month', 'a month has no length of its own; write days: 30d'],
  ])('%j is refused, and it is said what would be right', (text, problem) => {
    expect(parseDuration(text)).toEqual({ problem });
  });
});
