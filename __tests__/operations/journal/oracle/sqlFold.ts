import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

/*
 * Reads the files of a journal as docs/format.md says, by DuckDB's SQL alone: nothing here is of the project.
 */

/** `journal`: all of its objects. `runs`: those in force, and what is in none. `base`: the newest one, the runs that it does not cover, and what is in none. */
export type FoldedFrom = 'journal' | 'runs' | 'base';

/** What S3's listing says of an object. */
export interface Listed {
  readonly objectKey: string;
  /** ISO 8601. */
  readonly lastModified: string;
}

const FIELDS = ['object_key', 'event', 'sequence', 'time', 'previous', 'deleted_by', 'body'];
const RUN_FIELDS = [...FIELDS, 'label', 'stored_at', 'write_id'];

/** A bucket's files, by their object keys, below a folder. */
export class SqlFold {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly sql: DuckDBConnection,
    private readonly folder: string,
    private readonly below: string,
  ) {}

  /** @param below where the table's journal is: `<prefix>=dcs/<table>/` */
  static async open(folder: string, below: string, listing: readonly Listed[]): Promise<SqlFold> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const fold = new SqlFold(instance, await instance.connect(), folder, below);
    const lines = listing.map(({ objectKey, lastModified }) => `${objectKey}\t${lastModified}\n`);
    writeFileSync(path.join(folder, 'listing'), lines.join(''));
    await fold.load();
    return fold;
  }

  close(): void {
    this.sql.closeSync();
    this.instance.closeSync();
  }

  /**
   * The state of every item that was there at each of some moments, by object keys: digest and body, or `unknown` where the history
   * begins later.
   *
   * @param momentsMs epoch milliseconds
   */
  async statesAt(momentsMs: readonly number[], from: FoldedFrom): Promise<Record<string, string>[]> {
    const moments = momentsMs.map((ms) => (Number.isFinite(ms) ? ms : 9e15)).join(', ');
    const rows = await this.rows(`SELECT * FROM states(of_${from}, [${moments}]::BIGINT[])`);
    const states = momentsMs.map((): Record<string, string> => ({}));
    for (const { n, object_key: objectKey = '', state = '' } of rows) states[Number(n) - 1]![objectKey] = state;
    return states;
  }

  /** Of the newest base: from when on it tells the state, epoch milliseconds. */
  async baseTellsFromMs(): Promise<number> {
    const [row] = await this.rows('SELECT ms(last_changed_at) AS ms FROM base');
    return Number(row?.ms);
  }

  /** How many there are of what a fold is made of. */
  async counts(): Promise<Record<string, number>> {
    const [row = {}] = await this.rows(`SELECT
      (SELECT count(*) FROM runs WHERE covered) AS covered, (SELECT count(*) FROM runs WHERE NOT covered) AS later,
      (SELECT count(*) FROM unfolded) AS unfolded`);
    return Object.fromEntries(Object.entries(row).map(([name, count]) => [name, Number(count)]));
  }

  private async rows(sql: string): Promise<Record<string, string>[]> {
    return (await this.sql.runAndReadAll(sql)).getRowObjectsJson() as Record<string, string>[];
  }

  private async load(): Promise<void> {
    await this.table('listing', 'listing', ['object_key', 'last_modified'], 'none');
    // The first line has six fields.
    await this.table('journal_text', `${this.below}journal/*/*/*/*/*.tsv.gz`, FIELDS);
    await this.table('part_lines', `${this.below}runs/*/part-*.tsv.gz`, RUN_FIELDS);
    await this.table('marks', `${this.below}base/*/marks/part-*.tsv.gz`, RUN_FIELDS);
    await this.table('items', `${this.below}base/*/items/part-*.json.gz`, ['body']);
    for (const kind of ['runs', 'base']) await this.manifests(kind);
    await this.sql.run(DEFINITIONS);
  }

  /** Lines of files, with their object key as `file`, and where they stand among all. */
  private async table(name: string, glob: string, fields: readonly string[], compression = 'gzip'): Promise<void> {
    const columns = fields.map((field) => `${field}: 'VARCHAR'`).join(', ');
    const from = `read_csv('${this.at(glob)}', delim = '\t', quote = '', escape = '', header = false, auto_detect = false,
      null_padding = true, filename = true, hive_partitioning = false, compression = '${compression}', columns = {${columns}})`;
    const nothing = `(SELECT ${[...fields, 'filename'].map((field) => `'' AS ${field}`).join(', ')} WHERE false)`;
    await this.sql.run(`CREATE TABLE ${name} AS SELECT ${this.file} AS file, row_number() OVER () AS place, *
      FROM ${(await this.has(glob)) ? from : nothing}`);
  }

  private async manifests(kind: string): Promise<void> {
    const glob = `${this.below}${kind}/*/manifest.json`;
    const from = (await this.has(glob)) ? `read_text('${this.at(glob)}')` : `(SELECT '' AS content WHERE false)`;
    await this.sql.run(`CREATE TABLE ${kind}_manifests AS SELECT content::JSON AS manifest FROM ${from};
      CREATE TABLE IF NOT EXISTS place AS SELECT '${this.below}' AS below`);
  }

  private async has(glob: string): Promise<boolean> {
    return (await this.rows(`SELECT 1 AS found FROM glob('${this.at(glob)}') LIMIT 1`)).length > 0;
  }

  private at(glob: string): string {
    return path.join(this.folder, glob);
  }

  private get file(): string {
    return `substr(filename, ${this.folder.length + 2})`;
  }
}

const CHANGE = RUN_FIELDS.join(', ');

const DEFINITIONS = `
CREATE MACRO ms(told) AS epoch_ms(replace(told, ' receipt', '')::TIMESTAMP);

CREATE TABLE journal AS
  SELECT text.* EXCLUDE (place), if(text.sequence = '-', '-', head.time) AS label, last_modified AS stored_at,
    if(head.previous = 'capture', '-', split_part(split_part(text.file, '-', -1), '.', 1)) AS write_id
  FROM journal_text AS text
  JOIN journal_text AS head ON head.file = text.file AND head.object_key = '#dcs-journal'
  JOIN listing ON listing.object_key = text.file
  WHERE text.object_key <> '#dcs-journal';

CREATE TABLE base AS
  SELECT manifest->>'name' AS name, manifest->>'lastChangedAt' AS last_changed_at, manifest->>'madeAt' AS made_at,
    from_json(manifest->'covers', '["VARCHAR"]') AS covers
  FROM base_manifests ORDER BY made_at DESC LIMIT 1;

CREATE TABLE runs AS
  WITH named AS (
    SELECT manifest->>'name' AS name, from_json(manifest->'merged', '["VARCHAR"]') AS merged,
      from_json(manifest->'mergedBefore', '["VARCHAR"]') AS merged_before
    FROM runs_manifests)
  SELECT name, coalesce((SELECT list_contains(covers, named.name) OR (len(merged) > 0 AND list_has_all(covers, merged)) FROM base), false) AS covered
  FROM named WHERE name NOT IN (SELECT unnest(list_concat(merged, merged_before)) FROM named);

CREATE TABLE unfolded AS
  SELECT * FROM journal WHERE file NOT IN (
    SELECT below || 'journal/' || (input->>0)
    FROM place, (SELECT unnest(from_json(manifest->'inputs', '["JSON"]')) AS input FROM runs_manifests));

CREATE TABLE run_lines AS
  SELECT part_lines.*, covered FROM part_lines JOIN runs ON split_part(file, '/', -2) = name;

CREATE TABLE base_lines AS
  WITH marked AS (
    SELECT *, split_part(split_part(file, '/', -1), '.', 1) AS part,
      row_number() OVER (PARTITION BY file, body = sha256('{}') ORDER BY place) AS line
    FROM marks WHERE split_part(file, '/', -3) = (SELECT name FROM base)),
  listed AS (
    SELECT body AS item, split_part(split_part(file, '/', -1), '.', 1) AS part, row_number() OVER (PARTITION BY file ORDER BY place) AS line
    FROM items WHERE split_part(file, '/', -3) = (SELECT name FROM base))
  SELECT marked.* REPLACE (CASE
      WHEN body = sha256('{}') THEN '{}'
      WHEN body = sha256(item) THEN item
      ELSE error('the item of a mark is another') END AS body)
  FROM marked LEFT JOIN listed ON listed.part = marked.part AND listed.line = marked.line AND body <> sha256('{}');

CREATE TABLE of_journal AS SELECT ${CHANGE} FROM journal;
CREATE TABLE of_runs AS SELECT ${CHANGE} FROM run_lines UNION ALL SELECT ${CHANGE} FROM unfolded;
CREATE TABLE of_base AS
  SELECT ${CHANGE} FROM base_lines UNION ALL SELECT ${CHANGE} FROM run_lines WHERE NOT covered UNION ALL SELECT ${CHANGE} FROM unfolded;

CREATE MACRO states(changes, moments) AS TABLE
  WITH placed AS (
    SELECT *,
      if(ms(time) > ms(stored_at) + 3600000, ms(stored_at), ms(time)) AS changed_at,
      if(event = 'BACKFILL' OR sequence = '-', NULL, {
        label: label, digits: length(ltrim(sequence, '0')), number: ltrim(sequence, '0'), is_repair: event = 'REPAIR'
      }) AS of_stream,
      if(event IN ('BACKFILL', 'REPAIR'), ms(time), 0) AS read_at
    FROM query_table(changes)),
  asked AS (
    SELECT unnest(moments) AS moment, generate_subscripts(moments, 1) AS n),
  newest AS (
    SELECT n, object_key, body FROM placed JOIN asked ON changed_at <= moment
    QUALIFY row_number() OVER (PARTITION BY n, object_key ORDER BY of_stream DESC NULLS LAST, read_at DESC) = 1),
  oldest AS (
    SELECT object_key, previous FROM placed
    QUALIFY row_number() OVER (PARTITION BY object_key ORDER BY of_stream NULLS FIRST, read_at) = 1)
  SELECT n, object_key, coalesce(sha256(body) || ' ' || body, 'unknown') AS state
  FROM oldest CROSS JOIN asked LEFT JOIN newest USING (n, object_key)
  WHERE if(body IS NULL, previous <> 'none', body <> '{}');
`;
