import fc from 'fast-check';
import { isoTimeMs } from '../../core/isoTime';

test('law: every time that a Date writes is read as it was, in whatever zone this machine is', () => {
  fc.assert(
    fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (ms) =>
      expect(isoTimeMs(new Date(ms).toISOString())).toBe(ms),
    ),
  );
});

test.each([
  undefined,
  null,
  7,
  {},
  '',
  'late',
  '2026',
  '2026-01-01',
  '2026-01-01T00:00:00',
  '2026-01-01 00:00:00Z',
  '5',
])('what says no zone, or is no time, is none: %j', (text) => expect(isoTimeMs(text)).toBeNaN());
