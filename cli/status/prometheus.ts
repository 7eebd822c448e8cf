import type { Finding } from '../../operations/check/finding';
import type { TableRow } from '../../operations/status/tableRows';

/** What was looked at, once. */
export interface Looked {
  readonly findings: readonly Finding[];
  readonly rows: readonly TableRow[];
  /** Undefined: no service has told. */
  readonly nowMs: number | undefined;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number | null | undefined];

/**
 * Prometheus' text format, version 0.0.4: gauges, base units, times in seconds since 1970. What is not known has no sample.
 *
 * Source: Prometheus documentation, "Exposition formats", "Metric and label naming".
 */
export function prometheusText({ findings, rows, nowMs }: Looked): string {
  const ofTable = (value: (row: TableRow) => number | null | undefined): Sample[] =>
    rows.map((row) => [{ table: row.table }, value(row)]);
  const ofFinding = (id: string, name: string): Sample[] =>
    findings.filter((finding) => finding.id === id).map(({ values }) => [{}, numberIn(values?.[name])]);
  const ofTables = (id: string, value: (values: Readonly<Record<string, unknown>>) => number | undefined): Sample[] =>
    findings
      .filter((finding) => finding.id === id && finding.subject.startsWith('table '))
      .map(({ subject, values = {} }) => [{ table: subject.slice('table '.length) }, value(values)]);
  const metrics: [name: string, help: string, samples: Sample[]][] = [
    ['status_timestamp_seconds', 'When this was looked at, by a service.', [[{}, secondsOf(nowMs)]]],
    [
      'recovery_point_timestamp_seconds',
      'What was stored by then a restore has.',
      [[{}, timeIn(rows[0]?.recoveryPoint)]],
    ],
    [
      'recovery_point_age_seconds',
      'How old the newest replica of the heartbeat is.',
      ofFinding('recovery point', 'replicaAgeSeconds'),
    ],
    [
      'table_restorable_since_timestamp_seconds',
      'The earliest moment that can be restored.',
      ofTable((row) => timeIn(row.restorableSince)),
    ],
    ['table_versions', 'Versions in the destination bucket, as far as was looked.', ofTable((row) => row.versions)],
    ['table_size_bytes', 'Size of these versions.', ofTable((row) => row.sizeBytes)],
    [
      'table_listing_complete',
      '1 where all versions were looked at.',
      ofTable((row) => (row.isWhole === undefined ? undefined : Number(row.isWhole))),
    ],
    ['table_capture_lag_seconds', 'How far capture is behind the stream.', ofTable((row) => inSeconds(row.lagMs))],
    [
      'table_newest_image_timestamp_seconds',
      'When the newest image was stored, as far as was looked.',
      ofTables('newest image', ({ newestAt }) => timeIn(newestAt)),
    ],
    [
      'table_newest_replica_timestamp_seconds',
      'When the newest replica was stored, as far as was looked.',
      ofTables('newest replica', ({ newestAt }) => timeIn(newestAt)),
    ],
    [
      'table_hidden_images',
      'Objects under delete markers in the source bucket.',
      ofTables('hidden images', ({ hidden }) => numberIn(hidden)),
    ],
    [
      'table_hidden_replicas',
      'Objects under delete markers in the destination bucket.',
      ofTables('hidden replicas', ({ hidden }) => numberIn(hidden)),
    ],
    [
      'table_journal_unfolded_seconds',
      'How long the oldest object of the journal has waited to be in a run.',
      ofTables('journal', ({ unfoldedJournalSeconds }) => numberIn(unfoldedJournalSeconds)),
    ],
    [
      'table_journal_base_age_seconds',
      'How old the newest base is, where there are runs that it does not have.',
      ofTables('journal', ({ baseAgeSeconds }) => numberIn(baseAgeSeconds)),
    ],
    [
      'table_journal_unreadable_objects',
      'Objects of the journal that cannot be read.',
      ofTables('journal', ({ unreadableJournalObjects }) => numberIn(unreadableJournalObjects)),
    ],
    [
      'table_last_verify_timestamp_seconds',
      'When the table was last verified.',
      ofTable((row) => timeIn(row.verifiedAt)),
    ],
    ['table_last_verify_differences', 'What that found.', ofTable((row) => row.verifyDifferences)],
    ['table_last_drill_timestamp_seconds', 'When the table was last drilled.', ofTable((row) => timeIn(row.drilledAt))],
    ['table_last_drill_differences', 'What that found.', ofTable((row) => row.drillDifferences)],
    ['replication_pending_operations', 'Objects that wait for replication.', ofFinding('pending', 'pendingOperations')],
    ['replication_pending_bytes', 'Their size.', ofFinding('pending', 'pendingBytes')],
    [
      'replication_failed_operations',
      'Objects whose replication failed in the last 24 hours.',
      ofFinding('failed', 'failedOperations'),
    ],
    ['parked_batches', 'Batches that capture gave up on.', ofFinding('parked batches', 'parked')],
    ['unlocked_objects', 'Objects that the last sweep could not lock.', ofFinding('locks', 'unlocked')],
    [
      'state_ok',
      '1: as it should be, or a warning. 0: to be acted on. No sample: it could not be looked at.',
      findings.map(stateOf),
    ],
  ];
  return metrics.map(([name, help, samples]) => metricText(`dcs_${name}`, help, samples)).join('');
}

function stateOf({ id, side, subject, verdict }: Finding): Sample {
  const labels = { id: id.replaceAll(' ', '-'), side, subject };
  return [labels, verdict === 'cannotTell' ? undefined : Number(verdict !== 'problem')];
}

function metricText(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.flatMap(([labels, value]) =>
    value === undefined || value === null || Number.isNaN(value) ? [] : [`${name}${labelText(labels)} ${value}`],
  );
  if (lines.length === 0) return '';
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ''].join('\n');
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function timeIn(iso: unknown): number | undefined {
  return typeof iso === 'string' ? secondsOf(Date.parse(iso)) : undefined;
}

function secondsOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}

function inSeconds(ms: number | null | undefined): number | undefined {
  return ms === null ? undefined : secondsOf(ms);
}
