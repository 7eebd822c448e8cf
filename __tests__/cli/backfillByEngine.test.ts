import { reportEngineBackfill } from '../../cli/backfill/engineReporting';
import { coloursFor } from '../../cli/output/colours';
import { outputTo } from '../../cli/output/output';
import { NO_ITEMS } from '../../operations/engine/backfill/backfillTasks';

test('people are told of which moment a backfill is: its outcome may have waited for them for days', () => {
  let said = '';
  const sink = { write: (text: string) => ((said += text), true) };
  const output = outputTo({ stdout: sink, stderr: sink, json: false, colours: coloursFor({}, {}), nowMs: () => 0 });
  reportEngineBackfill(output, 'engine', {
    ...{ is: 'over', folder: 'backfills/users/backfill-1/' },
    run: {
      ...{ format: '1', tableName: 'users', prefix: '', keySchema: { partitionKey: 'id' } },
      ...{ momentMs: Date.UTC(2026, 0, 5), startedAtMs: Date.UTC(2026, 0, 6) },
      export: { folder: 'exports/users/AWSDynamoDB/1', itemCount: 2 },
    },
    end: { format: '1', rounds: 1, counts: { ...NO_ITEMS, read: 2, written: 2 }, leftFiles: [] },
  });
  expect(said).toContain('Read 2 items of users as of 2026-01-05T00:00:00Z (s3://engine/exports/users/AWSDynamoDB/1)');
  expect(said).toContain('Every item of the export has an image');
});
