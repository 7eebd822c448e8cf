import fc from 'fast-check';
import { compareChanges, compareDigits, type ChangePosition } from '../../core/changePosition';

const position: fc.Arbitrary<ChangePosition> = fc.oneof(
  fc.record({
    source: fc.constant('stream' as const),
    streamLabel: fc.constantFrom('2026-01-01T00:00:00.000', '2026-01-02T00:00:00.000'),
    sequenceNumber: fc.bigInt({ min: 0n, max: 30n }).map(String),
  }),
  fc.record({
    source: fc.constant('repair' as const),
    streamLabel: fc.constantFrom('2026-01-01T00:00:00.000', '2026-01-02T00:00:00.000'),
    sequenceNumber: fc.bigInt({ min: 0n, max: 3n }).map(String),
    readAtMs: fc.nat(3),
  }),
  fc.record({ source: fc.constant('backfill' as const), readAtMs: fc.nat(3) }),
  fc.record({ source: fc.constant('predecessor' as const), storedAtMs: fc.nat(3) }),
);

describe('change order', () => {
  test('law: it is a total order', () => {
    fc.assert(
      fc.property(position, position, position, (a, b, c) => {
        expect(Math.sign(compareChanges(a, b)) + Math.sign(compareChanges(b, a))).toBe(0);
        expect(compareChanges(a, a)).toBe(0);
        if (compareChanges(a, b) <= 0 && compareChanges(b, c) <= 0) expect(compareChanges(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('law: sequence numbers compare as numbers, whatever their length and leading zeros', () => {
    const digits = fc.bigInt({ min: 0n, max: 10n ** 40n - 1n });
    fc.assert(
      fc.property(digits, digits, fc.nat(5), (a, b, zeros) => {
        const sign = a < b ? -1 : a > b ? 1 : 0;
        expect(Math.sign(compareDigits('0'.repeat(zeros) + String(a), String(b)))).toBe(sign);
        expect(compareDigits('0'.repeat(zeros) + String(a), String(a))).toBe(0);
      }),
    );
  });

  test.each<[string, (atMs: number) => ChangePosition]>([
    ['backfills', (readAtMs) => ({ source: 'backfill', readAtMs })],
    ['predecessor images', (storedAtMs) => ({ source: 'predecessor', storedAtMs })],
    ['repairs of one image', (readAtMs) => ({ source: 'repair', streamLabel: 'L', sequenceNumber: '7', readAtMs })],
  ])('of two %s the later one is newer', (_, at) => {
    expect(compareChanges(at(1), at(2))).toBeLessThan(0);
    expect(compareChanges(at(2), at(1))).toBeGreaterThan(0);
  });

  test('a repair is newer than what it was made on, and older than the next change, whenever it was made', () => {
    const change = (sequenceNumber: string) => ({ source: 'stream', streamLabel: 'L', sequenceNumber }) as const;
    const repair = { ...change('7'), source: 'repair', readAtMs: 0 } as const;
    expect(compareChanges(change('7'), repair)).toBeLessThan(0);
    expect(compareChanges(repair, change('8'))).toBeLessThan(0);
  });

  test('a later stream is newer whatever its sequence numbers', () => {
    const [older, newer] = [
      { source: 'stream', streamLabel: '2026-01-01T00:00:00.000', sequenceNumber: '900' } as const,
      { source: 'stream', streamLabel: '2026-01-01T00:00:00.001', sequenceNumber: '1' } as const,
    ];
    expect(compareChanges(older, newer)).toBeLessThan(0);
  });

  test('a backfill is older than anything the stream says, and newer than the predecessor', () => {
    const backfill = { source: 'backfill', readAtMs: 9e12 } as const;
    expect(compareChanges(backfill, { source: 'stream', streamLabel: '2020', sequenceNumber: '0' })).toBeLessThan(0);
    expect(compareChanges(backfill, { source: 'predecessor', storedAtMs: 9.1e12 })).toBeGreaterThan(0);
  });
});
