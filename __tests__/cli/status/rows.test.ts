import fc from 'fast-check';
import { prometheusText } from '../../../cli/status/prometheus';
import { rowsText } from '../../../cli/status/rows';
import type { ListedJournal } from '../../../operations/status/journalListing';
import { judgeRestorable } from '../../../operations/status/restorable';
import { tableRows } from '../../../operations/status/tableRows';
import type { Finding } from '../../../operations/check/finding';
import { anyCharacter } from '../../support/anyCharacter';

const NOW_MS = Date.UTC(2026, 0, 5, 12);
const ago = (ms: number) => new Date(NOW_MS - ms).toISOString();
const plain = { good: String, bad: String, doubtful: String, dim: String, bold: String } as never;

const about =
  (subject: string) =>
  (id: string, values: object, verdict: Finding['verdict'] = 'ok') =>
    ({ id, side: 'source', subject, verdict, found: '', values }) as Finding;
const [users, orders, copy] = ['table users', 'table orders', 'destination bucket b'].map(about) as [
  ReturnType<typeof about>,
  ReturnType<typeof about>,
  ReturnType<typeof about>,
];
const findings: Finding[] = [
  copy('recovery point', { recoveryPoint: ago(12_000), replicaAgeSeconds: 12 }),
  users('restorable', { restorableSince: ago(3 * 86_400_000), versions: 1_234, sizeBytes: 2_048, isWhole: true }),
  users('lag', { lagMs: 1_500 }),
  users('last verify', { reportAt: ago(7_200_000), differences: 0 }),
  users('last drill', { reportAt: null }, 'warning'),
  orders('restorable', { restorableSince: null, versions: 10_000, sizeBytes: 5, isWhole: false }),
  orders('lag', { lagMs: null }),
  orders('last verify', { reportAt: ago(60_000), differences: 4 }, 'problem'),
];
const rows = tableRows(findings, ['users', 'orders', 'unseen']);

test('each table is one line of 80 columns at most; what is not known is told from what is none', () => {
  const lines = rowsText(rows, NOW_MS, plain).split('\n');
  expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual(
    [
      ['TABLE', 'RECOVERY', 'SINCE', 'VERSIONS', 'SIZE', 'LAG', 'VERIFIED', 'DRILLED'],
      ['! users', '12 s', '3 d', '1,234', '2.0 KB', '2 s', '2 h', '-'].flatMap((cell) => cell.split(/ {2,}/)),
      ['✗', 'orders', '12 s', '-', '≥10,000', '≥5 B', '-', '1 min!', '?'],
      ['?', 'unseen', '12 s', '?', '?', '?', '?', '?', '?'],
    ].map((cells) => (cells[0] === '! users' ? ['!', 'users', ...cells.slice(1)] : cells)),
  );
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(rowsText(rows, undefined, plain)).toContain('?');
});

test.each<[string, Parameters<typeof judgeRestorable>, string | null]>([
  ['since the definition was stored', [{ definedAtMs: NOW_MS - 9, ...found(NOW_MS - 5) }, NOW_MS], ago(9)],
  ['since the first image, where that is older', [{ definedAtMs: NOW_MS - 5, ...found(NOW_MS - 9) }, NOW_MS], ago(9)],
  ['no longer than lifecycle keeps', [found(NOW_MS - 9 * 86_400_000), NOW_MS, 7], ago(7 * 86_400_000)],
  ['where there is nothing', [found(), NOW_MS, 7], null],
  ['since its journal, where that is older', [found(NOW_MS - 5, { firstStoredAtMs: NOW_MS - 9 }), NOW_MS], ago(9)],
])('a table can be restored %s', (_, given, restorableSince) => {
  expect(judgeRestorable(...given).values).toMatchObject({ restorableSince });
});

test('what lifecycle keeps of images says less than a journal has, and that is said', () => {
  const given = found(NOW_MS - 9 * 86_400_000, { isThere: true });
  expect(judgeRestorable(given, NOW_MS, 7).found).toContain('runs do not expire');
  expect(judgeRestorable(given, NOW_MS, 30).found).not.toContain('runs');
});

test('what is in the journal counts with the images, and not all of one is not all', () => {
  const { values } = judgeRestorable(found(NOW_MS - 9, { changes: 30, sizeBytes: 4, isWhole: false }), NOW_MS);
  expect(values).toMatchObject({ versions: 31, sizeBytes: 5, isWhole: false });
});

function found(firstStoredAtMs?: number, journal: Partial<ListedJournal> = {}) {
  return {
    listed: { objects: 0, versions: 1, sizeBytes: 1, firstStoredAtMs, isWhole: true },
    journal: { isThere: false, changes: 0, sizeBytes: 0, isWhole: true, ...journal },
  };
}

/** Source: Prometheus documentation, "Exposition formats", "Text format details". */
const LINE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?))$/;
const COMMENT = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/;

/** Samples by name, as a scraper reads them: refuses what the format does not allow. */
function scraped(text: string): Map<string, { labels: string; value: number }[]> {
  expect(text.endsWith('\n')).toBe(true);
  const found = new Map<string, { labels: string; value: number }[]>();
  const typed = new Set<string>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = COMMENT.exec(line);
    if (comment) {
      const [, kind, name = '', rest] = comment;
      if (kind === 'TYPE') expect([rest, typed.has(name)]).toEqual(['gauge', false]);
      if (kind === 'TYPE') typed.add(name);
      current = name;
      continue;
    }
    const [, name = '', labels = '', value] = LINE.exec(line) ?? [];
    expect({ line, name }).toEqual({ line, name: current });
    const samples = found.get(name) ?? [];
    expect(samples.map((one) => one.labels)).not.toContain(labels);
    found.set(name, [...samples, { labels, value: Number(value) }]);
  }
  return found;
}

test('for Prometheus what is not known has no sample, and none is not zero', () => {
  const samples = scraped(prometheusText({ findings, rows, nowMs: NOW_MS }));
  expect(samples.get('dcs_table_capture_lag_seconds')).toEqual([{ labels: 'table="users"', value: 1.5 }]);
  expect(samples.get('dcs_recovery_point_timestamp_seconds')).toEqual([{ labels: '', value: NOW_MS / 1_000 - 12 }]);
  expect(samples.get('dcs_table_last_verify_differences')).toEqual([
    { labels: 'table="users"', value: 0 },
    { labels: 'table="orders"', value: 4 },
  ]);
  expect(samples.has('dcs_table_last_drill_timestamp_seconds')).toBe(false);
  expect(samples.get('dcs_state_ok')).toContainEqual({
    labels: 'id="last-verify",side="source",subject="table orders"',
    value: 0,
  });
});

test('law: whatever a subject is called, it is the text format, and the label says it', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: anyCharacter, maxLength: 8 }), { maxLength: 4 }), (subjects) => {
      const named = subjects.map((subject) => about(subject)('lag', { lagMs: 1 }));
      const samples = scraped(prometheusText({ findings: named, rows: [], nowMs: NOW_MS })).get('dcs_state_ok') ?? [];
      const said = samples.map(({ labels }) =>
        (/subject="(.*)"$/s.exec(labels)?.[1] ?? '').replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c)),
      );
      expect(said).toEqual(subjects);
    }),
  );
});
