import fc from 'fast-check';
import { changeTime } from '../../core/changeTime';
import { CLOCK_SLACK_MS } from '../../core/history';

const RECEIVED_AT_MS = Date.UTC(2026, 10, 26, 12);
const possible = fc.integer({ min: Date.UTC(2012, 0, 1), max: RECEIVED_AT_MS + CLOCK_SLACK_MS });
const read = (stated: unknown) => changeTime(stated, RECEIVED_AT_MS);

describe('the time of a change', () => {
  test('law: a possible time is understood in seconds, milliseconds, microseconds and nanoseconds, and as ISO text', () => {
    fc.assert(
      fc.property(possible, (ms) => {
        for (const stated of [ms / 1e3, ms, ms * 1e3, ms * 1e6, new Date(ms).toISOString()]) {
          expect(read(stated)).toEqual({ changedAtMs: ms, isTimeOfReceipt: false });
        }
      }),
    );
  });

  test('law: whatever stands there, the time is one that can be, and never later than the receipt and some slack', () => {
    fc.assert(
      fc.property(fc.anything(), (stated) => {
        const { changedAtMs, isTimeOfReceipt } = read(stated);
        expect(changedAtMs).toBeGreaterThanOrEqual(Date.UTC(2012, 0, 1));
        expect(changedAtMs).toBeLessThanOrEqual(RECEIVED_AT_MS + CLOCK_SLACK_MS);
        if (isTimeOfReceipt) expect(changedAtMs).toBe(RECEIVED_AT_MS);
      }),
    );
  });

  test.each([
    ['the earliest, with a fraction and an offset', '2012-01-01T01:00:00.000+01:00', Date.UTC(2012, 0, 1)],
    ['without a fraction', '2026-11-26T11:59:59Z', RECEIVED_AT_MS - 1_000],
    ['with microseconds', '2026-11-26T11:59:59.123456Z', RECEIVED_AT_MS - 877],
    ['west of Greenwich', '2026-11-26T06:59:59-05:00', RECEIVED_AT_MS - 1_000],
  ])('ISO text is understood: %s', (_, stated, changedAtMs) => {
    expect(read(stated)).toEqual({ changedAtMs, isTimeOfReceipt: false });
  });

  test.each([
    '26-11-26T11:59:59Z',
    '2026-11-26',
    '2026-11-26T11:59:59',
    '2026-11-26T11:59Z',
    '2026-11-26T11:59:59Z!',
    '!2026-11-26T11:59:59Z',
    '2026-11-26 11:59:59Z',
    '2026-11-26T11:59:59.Z',
  ])('text that is no ISO time, or says no time zone, says nothing: %s', (stated) => {
    expect(read(stated)).toEqual({ changedAtMs: RECEIVED_AT_MS, isTimeOfReceipt: true });
  });

  test('law: the unit is told by the size of the number alone, even where nobody knows when the record was received', () => {
    fc.assert(
      fc.property(possible, fc.constantFrom(1, 1e3, 1e6), (changedAtMs, perMs) => {
        expect(changeTime(changedAtMs * perMs, Infinity)).toEqual({ changedAtMs, isTimeOfReceipt: false });
      }),
    );
  });

  test('an hour ahead of the receipt is possible, for a clock may be an hour off', () => {
    const changedAtMs = RECEIVED_AT_MS + CLOCK_SLACK_MS;
    expect(read(changedAtMs)).toEqual({ changedAtMs, isTimeOfReceipt: false });
  });

  test('a time of receipt is in whole milliseconds', () => {
    expect(changeTime(undefined, 1.6e12 + 0.4)).toEqual({ changedAtMs: 1.6e12, isTimeOfReceipt: true });
  });

  test.each([
    undefined,
    null,
    0,
    -1,
    NaN,
    Infinity,
    1,
    Date.UTC(2012, 0, 1) - 1,
    '',
    'yesterday',
    {},
    -Infinity,
    -RECEIVED_AT_MS,
    ['2026-11-26T11:59:59Z'],
    [RECEIVED_AT_MS],
    String(RECEIVED_AT_MS),
    RECEIVED_AT_MS + CLOCK_SLACK_MS + 1,
  ])('%j is no time that can be, so it is the time of receipt', (stated) => {
    expect(read(stated)).toEqual({ changedAtMs: RECEIVED_AT_MS, isTimeOfReceipt: true });
  });
});
