import fc from 'fast-check';
import { heartbeatText, readHeartbeat, timeOf, UnreadableHeartbeatError } from '../../core/heartbeat';

const moment = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });

test('a heartbeat says the time that it was given', () => {
  fc.assert(fc.property(moment, (at) => expect(readHeartbeat(heartbeatText(at.getTime()))).toBe(at.getTime())));
});

test('whatever else a heartbeat holds, it is refused, on one line and not at its whole length', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(() => readHeartbeat(text)).toThrow(UnreadableHeartbeatError);
    }),
  );
  for (const text of ['', 'null', '{"format":"2","scheduledAt":"2026-01-01T00:00:00.000Z"}', 'x\n'.repeat(10_000)]) {
    expect(() => readHeartbeat(text)).toThrow(UnreadableHeartbeatError);
    expect(() => readHeartbeat(text)).toThrow(/^[^\n]{1,600}$/);
  }
});

test.each<[unknown, string | undefined]>([
  ['2026-11-26T21:40:00Z', '2026-11-26T21:40:00.000Z'], // as EventBridge writes it
  ['2026-11-26T21:40:00.123Z', '2026-11-26T21:40:00.123Z'],
  ['2026-11-26T21:40:00', undefined], // of this machine's time zone
  ['2026-13-26T21:40:00Z', undefined],
  ['yesterday', undefined],
  [' 2026-11-26T21:40:00Z', undefined],
  ['2026-11-26T21:40:00Z ', undefined],
  ['2026-11-26T21:40:00Z (at night)', undefined],
  ['(at) 2026-11-26T21:40:00Z', undefined],
  [['2026-11-26T21:40:00Z'], undefined],
  [0, undefined],
  [undefined, undefined],
])('the time %j is %s', (text, iso) => {
  expect(timeOf(text)).toBe(iso === undefined ? undefined : Date.parse(iso));
});
