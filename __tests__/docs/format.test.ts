import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AttributeMap } from '../../core/attributeValue';
import type { StoredImage } from '../../core/image';
import { encodeJournal } from '../../core/journal/journalObject';
import { objectKeyOf } from '../../core/objectKey';
import { recordImage, type StreamRecord } from '../../core/streamRecord';
import { JournalFolder } from '../support/foldJournal';
import { MemoryBucket } from '../support/memoryBucket';

const page = readFileSync(path.join(__dirname, '../../docs/format.md'), 'utf8');
const ACCOUNTS = { prefix: '', tableName: 'accounts', keySchema: { partitionKey: 'id' } };

/** The changes of the worked example. */
function exampleImages(streamLabel: string, firstNumber: number): StoredImage[] {
  const states: (AttributeMap | undefined)[] = [
    undefined,
    { id: { S: 'a' }, balance: { N: '150' } },
    { id: { S: 'a' }, balance: { N: '20' } },
    undefined,
  ];
  return ['INSERT', 'MODIFY', 'REMOVE'].map((eventName, i) => {
    const record: StreamRecord = {
      eventName,
      eventSourceARN: `arn:aws:dynamodb:eu-west-1:111111111111:table/accounts/stream/${streamLabel}`,
      dynamodb: {
        Keys: { id: { S: 'a' } },
        OldImage: states[i],
        NewImage: states[i + 1],
        SequenceNumber: String(firstNumber + i),
        ApproximateCreationDateTime: 1_795_420_800,
      },
    };
    return recordImage(ACCOUNTS, record, Date.UTC(2027, 0, 1));
  });
}

/** The object of a journal that holds them. */
function exampleJournal() {
  const entries = exampleImages('2026-11-23T08:00:00.000', 101).map((image) => ({
    objectKey: 'accounts/a/image.json',
    image,
  }));
  return encodeJournal({ table: ACCOUNTS, kind: 'capture', writtenAtMs: Date.UTC(2026, 10, 23, 8), entries });
}

describe('docs/format.md', () => {
  test('its worked example is what is stored', () => {
    const stored = exampleImages('L', 0).map(({ body, metadata }) => {
      const shown = ['dcs-event', 'dcs-previous-digest', 'dcs-digest'].map(
        (name) => `  ${name}: ${metadata[name] ?? ''}`,
      );
      return [body, ...shown].join('\n');
    });
    expect(page).toContain(stored.join('\n'));
  });

  test('its journal is read with zcat and cut as it is shown', () => {
    const { objectKey, body } = exampleJournal();
    const folder = mkdtempSync(path.join(tmpdir(), 'dcs-format-'));
    try {
      const file = path.join(folder, 'journal.tsv.gz');
      writeFileSync(file, body);
      const read = execFileSync('sh', ['-c', `zcat "${file}" | cut -f2,3,7`], { encoding: 'utf8' });
      const name = objectKey.replace('=dcs/accounts/', '');
      expect(page).toContain(['$ zcat ', name, ' | cut -f2,3,7\n', read, '```'].join(''));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('it names every field of the manifests, and a part is gzip members that zcat reads', () => {
    const bucket = new MemoryBucket();
    const { objectKey, body, metadata } = exampleJournal();
    bucket.store(objectKey, { body: body.toString('latin1'), metadata });
    const folder = new JournalFolder(bucket, ACCOUNTS);
    const run = folder.run([objectKey]);
    const base = folder.base([run]);
    const bytesOf = (key: string) => Buffer.from(bucket.stored(key)[0]!.body, 'latin1');
    const manifests = [run.manifest, JSON.parse(bytesOf(`${base}manifest.json`).toString()) as object];
    const section = page.slice(page.indexOf('### Runs'), page.indexOf('### Tags'));
    for (const manifest of manifests) {
      const parts = (manifest as { parts: object[] }).parts.flatMap(Object.keys);
      for (const field of [...Object.keys(manifest), ...parts]) expect(section).toContain(`\`${field}\``);
    }
    const part = bucket.keys().find((key) => key.includes('/runs/') && key.endsWith('.tsv.gz'))!;
    expect(gunzipSync(bytesOf(part)).toString()).toBe(`${run.lines.join('\n')}\n`);
    expect(run.lines[0]?.split('\t')).toHaveLength(10);
  });

  test('its object keys are those that the code makes', () => {
    const users = { prefix: '', tableName: 'users' };
    const keyOf = (id: string) => objectKeyOf(users, { partitionKey: 'id' }, { id: { S: id } });
    for (const id of ['1274aad3-d77e-46cf-aa31-501f937bcd82', 'a'.repeat(1024)])
      expect(page).toContain(`\`${keyOf(id)}\``);
  });

  test('its list of metadata is complete', () => {
    const metadata = page.match(/^\| `dcs-[a-z-]+`/gm)?.map((row) => row.slice(3, -1));
    expect(metadata).toEqual([
      'dcs-format',
      'dcs-event',
      'dcs-stream-label',
      'dcs-sequence-number',
      'dcs-time',
      'dcs-time-source',
      'dcs-digest',
      'dcs-previous-digest',
      'dcs-write-id',
      'dcs-deleted-by',
    ]);
  });
});
