import fc from 'fast-check';
import { reportKey, reportsPrefix } from '../../core/serviceKeys';
import { tablePrefix } from '../../core/objectKey';

const tableName = fc.stringMatching(/^[a-zA-Z0-9_.-]{3,40}$/);
const prefix = fc.constantFrom('', 'dcs/', 'a/b/');
const atMs = fc.integer({ min: 0, max: Date.UTC(9999, 0) });

test('no report lies among the objects of any table', () => {
  fc.assert(
    fc.property(prefix, tableName, tableName, atMs, (prefix, reported, other, atMs) => {
      const key = reportKey({ prefix, tableName: reported }, 'drill', atMs, 'json');
      expect(key.startsWith(tablePrefix({ prefix, tableName: other }))).toBe(false);
    }),
  );
});

test('a listing shows reports of a kind oldest first', () => {
  const location = { prefix: '', tableName: 'users' };
  fc.assert(
    fc.property(atMs, atMs, (a, b) => {
      const [keyA, keyB] = [reportKey(location, 'verify', a, 'json'), reportKey(location, 'verify', b, 'json')];
      expect(keyA < keyB).toBe(a < b);
      expect(keyA.startsWith(reportsPrefix(location, 'verify'))).toBe(true);
    }),
  );
});
