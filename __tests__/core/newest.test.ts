import fc from 'fast-check';
import { compareChanges, type ChangePosition } from '../../core/changePosition';
import { newestOf, oldestOf } from '../../core/newest';

const position: fc.Arbitrary<ChangePosition> = fc.oneof(
  fc.record({
    source: fc.constantFrom('stream' as const),
    streamLabel: fc.constantFrom('2026-01-01T00:00:00.000', '2026-01-02T00:00:00.000'),
    sequenceNumber: fc.constantFrom('9', '10', '11'),
  }),
  fc.record({
    source: fc.constant('repair' as const),
    streamLabel: fc.constant('2026-01-01T00:00:00.000'),
    sequenceNumber: fc.constantFrom('9', '10'),
    readAtMs: fc.nat(2),
  }),
  fc.record({ source: fc.constant('backfill' as const), readAtMs: fc.nat(2) }),
  fc.record({ source: fc.constant('predecessor' as const), storedAtMs: fc.nat(2) }),
);
const images = fc.array(position.map((one) => ({ header: { position: one } })));

test('law: the newest is the last, and the oldest the first, of the images sorted into change order', () => {
  fc.assert(
    fc.property(images, (all) => {
      const sorted = all.toSorted((a, b) => compareChanges(a.header.position, b.header.position));
      // The same objects: of equal ones, the sort keeps the order.
      expect(newestOf(all)).toBe(sorted.at(-1));
      expect(oldestOf(all)).toBe(sorted.at(0));
    }),
  );
});
