import fc from 'fast-check';
import { scratchPrefix, scratchTableName, scratchTableStartMs } from '../../core/scratchTable';

const tableName = fc.stringMatching(/^[\w.-]{3,255}$/);
const STARTED_AT_MS = Date.UTC(2026, 10, 23, 16, 51, 18, 123);

test('law: the name of a scratch table is one that DynamoDB takes, and tells when the drill began, and of which table', () => {
  fc.assert(
    fc.property(tableName, fc.integer({ min: 0, max: 4e12 }), (name, startedAtMs) => {
      const scratch = scratchTableName(name, startedAtMs);
      expect(scratch).toMatch(/^[\w.-]{3,255}$/);
      expect(scratch.startsWith(scratchPrefix(name))).toBe(true);
      expect(scratchTableStartMs(name, scratch)).toBe(startedAtMs);
    }),
  );
});

test('as much of a long name is kept as there is room for', () => {
  expect(scratchTableName('users', STARTED_AT_MS)).toBe('users-dcs-drill-20261123T165118123Z');
  expect(scratchTableName('u'.repeat(255), STARTED_AT_MS)).toHaveLength(255);
});

test.each([
  ['of another table', 'orders-dcs-drill-20261123T165118123Z'],
  ['of somebody else', 'users-dcs-drill-tomorrow'],
  ['with something before the time', 'users-dcs-drill-x20261123T165118123Z'],
  ['with something behind it', 'users-dcs-drill-20261123T165118123Zx'],
  ['of a day that there is not', 'users-dcs-drill-20261399T165118123Z'],
])('a table %s is no scratch table', (_, name) => {
  expect(scratchTableStartMs('users', name)).toBeUndefined();
});
