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

  test.each([undefined, null, 0, -1, NaN, Infinity, 1, '', 'yesterday', {}, RECEIVED_AT_MS + CLOCK_SLACK_MS + 1])(
    '%j is no time that can be, so it is the time of receipt',
    (stated) => {
      expect(read(stated)).toEqual({ changedAtMs: RECEIVED_AT_MS, isTimeOfReceipt: true });
    },
  );
});
