import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { S3Error } from '../../../aws/s3Error';
import { exportItems, openExport, type OpenExportRequest } from '../../../operations/backfill/openExport';
import { CouldNotLookError } from '../../../core/errors';
import { UnusableExportError } from '../../../core/tableExport';

const FOLDER = 'exports/AWSDynamoDB/01-abc';
const EXPORT_TIME = '2026-01-05T12:00:00.000Z';
const md5 = (bytes: Buffer | string) => createHash('md5').update(bytes).digest('base64');

const linesOf = (items: readonly object[]) => items.map((Item) => `${JSON.stringify({ Item })}\n`).join('');

/** The objects of a full export, as DynamoDB writes them. Empty partitions give empty files. */
function exported(
  files: readonly (readonly object[])[],
  summary: Record<string, unknown> = {},
  gzipped: (items: readonly object[]) => Buffer = (items) => gzipSync(linesOf(items)),
): Map<string, Buffer> {
  const data = files.map((items, i) => ({
    name: `file${i}.json.gz`,
    items: items.length,
    bytes: gzipped(items),
  }));
  const objects = new Map<string, Buffer>(data.map(({ name, bytes }) => [`${FOLDER}/data/${name}`, bytes]));
  const manifest = (name: string, text: string) => {
    objects.set(`${FOLDER}/${name}.json`, Buffer.from(text));
    objects.set(`${FOLDER}/${name}.md5`, Buffer.from(md5(text)));
  };
  manifest(
    'manifest-summary',
    JSON.stringify({
      version: '2020-06-30',
      tableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/users',
      exportTime: EXPORT_TIME,
      itemCount: files.flat().length,
      outputFormat: 'DYNAMODB_JSON',
      exportType: 'FULL_EXPORT',
      ...summary,
    }),
  );
  const lines = data.map(({ name, items, bytes }) =>
    JSON.stringify({
      itemCount: items,
      md5Checksum: md5(bytes),
      etag: 'x-1',
      dataFileS3Key: `AWSDynamoDB/01-abc/data/${name}`,
    }),
  );
  manifest('manifest-files', lines.map((line) => `${line}\n`).join(''));
  return objects;
}

function requestFor(objects: Map<string, Buffer>, breaksAt: number[] = []): OpenExportRequest {
  const breaks = [...breaksAt];
  return {
    place: { bucket: 'b', folder: FOLDER },
    texts: { read: (key) => Promise.resolve(objects.get(key)?.toString('utf8')) },
    reader: {
      bucket: 'b',
      open(key) {
        const bytes = objects.get(key);
        if (!bytes) return Promise.reject(new S3Error('NoSuchKey', 404, `GET s3://b/${key} failed: NoSuchKey`, {}));
        return Promise.resolve({ bytes: broken(bytes, breaks.shift()), etag: md5(bytes) });
      },
    },
    signal: new AbortController().signal,
    pause: () => Promise.resolve(),
  };
}

/** A connection that breaks after so many bytes. */
function broken(bytes: Buffer, after: number | undefined): Readable {
  if (after === undefined) return Readable.from([bytes]);
  return Readable.from(
    (function* () {
      yield bytes.subarray(0, after);
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    })(),
  );
}

const items = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: { S: `ü${n}` }, pad: { S: 'x'.repeat(50) } }));

async function read(request: OpenExportRequest) {
  const checked = await openExport(request);
  const found = [];
  for await (const page of exportItems(request, checked)) found.push(...page.filter((one) => 'item' in one));
  return found;
}

test('every item comes, with the time of the export; empty partitions do no harm', async () => {
  const found = await read(requestFor(exported([items(3), [], items(2000)])));
  expect(found).toHaveLength(2003);
  expect(found[0]).toEqual({
    item: items(1)[0],
    readAtMs: Date.parse(EXPORT_TIME),
    place: expect.any(String) as string,
  });
});

test.each([
  ['two empty files', [[], []]],
  ['no file at all', []],
])('an export of an empty table is one, with %s', async (_, files) => {
  expect(await read(requestFor(exported(files)))).toEqual([]);
});

test('a file of several gzip members is read to its end', async () => {
  const members = (all: readonly object[]) => Buffer.concat(all.map((one) => gzipSync(linesOf([one]))));
  expect((await read(requestFor(exported([items(3)], {}, members)))).map(({ item }) => item)).toEqual(items(3));
});

test('an attribute called __proto__ stays an attribute', async () => {
  const awkward = JSON.parse('{"id":{"S":"a"},"__proto__":{"S":"kept"}}') as object;
  const [found] = await read(requestFor(exported([[awkward]])));
  expect(Object.entries(found!.item)).toEqual([
    ['id', { S: 'a' }],
    ['__proto__', { S: 'kept' }],
  ]);
});

test('a connection that breaks is opened again, and each item comes once', async () => {
  const all = items(5000);
  const found = await read(requestFor(exported([all]), [10, 200, 3000, 9000]));
  expect(found.map(({ item }) => item)).toEqual(all);
});

test('an export that is copied elsewhere, with .checksum files, can be read', async () => {
  const objects = exported([items(3)]);
  for (const name of ['manifest-summary', 'manifest-files']) {
    objects.set(`${FOLDER}/${name}.checksum`, objects.get(`${FOLDER}/${name}.md5`)!);
    objects.delete(`${FOLDER}/${name}.md5`);
  }
  expect(await read(requestFor(objects))).toHaveLength(3);
});

const file = `${FOLDER}/data/file1.json.gz`;
const cut = (bytes: Buffer) => bytes.subarray(0, bytes.length - 20);
const flipped = (bytes: Buffer) =>
  Buffer.concat([bytes.subarray(0, 30), Buffer.from([bytes[30]! ^ 1]), bytes.subarray(31)]);

describe('a damaged export is refused before anything is made of it', () => {
  test.each<[string, (objects: Map<string, Buffer>) => void, string]>([
    ['a file is missing', (o) => o.delete(file), 'file1.json.gz failed: NoSuchKey'],
    ['a file is cut off', (o) => o.set(file, cut(o.get(file)!)), 'file1.json.gz cannot be unpacked'],
    ['a bit is flipped', (o) => o.set(file, flipped(o.get(file)!)), 'file1.json.gz'],
    ['another file lies there', (o) => o.set(file, gzipSync('{"Item":{}}\n')), 'its manifest says'],
    [
      'the summary is changed',
      (o) => o.set(`${FOLDER}/manifest-summary.json`, Buffer.from('{"itemCount":1}')),
      'manifest-summary.json is damaged',
    ],
    ['a line of the manifest is lost', (o) => o.set(`${FOLDER}/manifest-files.json`, Buffer.from('')), 'is damaged'],
    ['a checksum is missing', (o) => o.delete(`${FOLDER}/manifest-files.md5`), 'without its checksum file'],
  ])('%s', async (_, damage, message) => {
    const objects = exported([items(2), items(3)]);
    damage(objects);
    const opening = openExport(requestFor(objects));
    await expect(opening).rejects.toThrow(UnusableExportError);
    await expect(opening).rejects.toThrow(message);
  });

  test('all files that are wrong are named at once', async () => {
    const objects = exported([items(2), items(3), items(4)]);
    for (const n of [0, 2]) objects.delete(`${FOLDER}/data/file${n}.json.gz`);
    await expect(openExport(requestFor(objects))).rejects.toThrow(/file0[^;]*; .*file2/);
  });

  test.each([
    ['itemCount', 6, 'files have 5 items together, manifest-summary.json says 6'],
    ['exportType', 'INCREMENTAL_EXPORT', 'of type INCREMENTAL_EXPORT'],
    ['outputFormat', 'ION', 'ExportFormat DYNAMODB_JSON'],
    ['exportTime', 'yesterday', 'its exportTime is "yesterday"'],
    ['tableArn', 'users', 'its tableArn is "users"'],
  ])('%s is %p', async (field, value, message) => {
    await expect(openExport(requestFor(exported([items(2), items(3)], { [field]: value })))).rejects.toThrow(message);
  });

  test('no manifest, as while an export is still running, says what to name', async () => {
    await expect(openExport(requestFor(new Map()))).rejects.toThrow(CouldNotLookError);
    await expect(openExport(requestFor(new Map()))).rejects.toThrow('that is COMPLETED');
  });
});
