import fc from 'fast-check';
import { entryOf } from '../../../operations/drill/earlier';
import { drilledTables, tablesPage, type DrilledTable } from '../../../operations/drill/tablesPage';
import { MemoryBucket } from '../../support/memoryBucket';

const of = (tableName: string, fields?: object): DrilledTable => ({
  tableName,
  ...(fields && {
    newest: entryOf({ objectKey: `=dcs/${tableName}/drill/x.json`, storedAtMs: 0, text: JSON.stringify(fields) }),
  }),
});

test('law: the tables are those that have a definition or an image below the prefix, each once, with its own newest drill', async () => {
  const name = fc.stringMatching(/^[a-z0-9_.-]{3,6}$/);
  const prefix = fc.constantFrom('', 'copies/', 'copies/a-');
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { maxLength: 6 }), prefix, async (names, below) => {
      const bucket = new MemoryBucket();
      for (const [i, each] of names.entries()) {
        if (i % 2 === 0) await bucket.write(`${below}${each}/table.json`, '{}');
        for (const item of i % 2 === 0 ? [] : ['a', 'b/c'])
          await bucket.write(`${below}${each}/${item}/image.json`, '{}');
        await bucket.write(`${below}=dcs/${each}/drill/2026-01-01T00:00:00.000Z.json`, '{}');
      }
      for (const other of ['=dcs/=heartbeat.json', '=dcs/=all/drill/index.html', 'aws/lambda/f/x', 'stray', '~/x'])
        await bucket.write(`${below}${other}`, '{}');
      const newestDrill = (tableName: string) =>
        Promise.resolve({ objectKey: 'k', storedAtMs: 0, text: JSON.stringify({ items: tableName.length }) });
      const found = await drilledTables({ prefix: below, lister: bucket.lister, newestDrill });
      expect(found.map(({ tableName }) => tableName).sort()).toEqual([...names].sort());
      for (const { tableName, newest } of found) expect(newest?.items).toBe(tableName.length);
    }),
    { numRuns: 40 },
  );
});

test('what needs somebody comes first, then what was not drilled for longest; a table that never was is counted as such', () => {
  const at = (startedAt: string, more: object = {}) => ({ startedAt, verdict: 'same', sample: null, ...more });
  const missed = { recoveryTime: { seconds: 90, isEstimated: false, targetSeconds: 60 } };
  const html = tablesPage(
    [
      of('lately', at('2026-03-03T00:00:00Z')),
      of('longAgo', at('2026-01-01T00:00:00Z')),
      of('late', at('2026-03-01T00:00:00Z', missed)),
      of('never'),
      of('odd', { startedAt: '2026-02-01T00:00:00Z', verdict: '<b>' }),
    ],
    'Example & Sons',
  );
  expect([...html.matchAll(/drill\/index.html">(\w+)<|"Table"><span>(\w+)</g)].map(([, a, b]) => a ?? b)).toEqual([
    ...['never', 'odd', 'late', 'longAgo', 'lately'],
  ]);
  expect(html).toContain('2 of 5 tables came back without a difference, within the targets; 1 never drilled.');
  expect(html).toContain('1 min 30 s, <span class="differences">target 1 min, missed</span>');
  expect(html).toContain('Example &amp; Sons');
  expect(html).toContain('verdict differences');
  expect(tablesPage([of('users', at('2026-03-03T00:00:00Z'))])).toContain('verdict same');
});
