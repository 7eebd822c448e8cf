import { createHash } from 'node:crypto';
import {
  checkManifest,
  readExportFiles,
  readExportSummary,
  UnusableExportError,
  whyOfOtherTable,
} from '../../core/tableExport';

const SUMMARY = {
  tableArn: 'arn:aws:dynamodb:eu-west-1:111111111111:table/users',
  exportTime: '2026-11-23T08:00:00.000Z',
  itemCount: 7,
  outputFormat: 'DYNAMODB_JSON',
  exportType: 'FULL_EXPORT',
};
const FILE = { itemCount: 3, md5Checksum: 'x==', dataFileS3Key: 'AWSDynamoDB/1/data/a.json.gz' };
const summary = (rest: Record<string, unknown>) => () => readExportSummary(JSON.stringify({ ...SUMMARY, ...rest }));
const files = (...lines: unknown[]) => readExportFiles(lines.map((line) => JSON.stringify(line)).join('\n'), 'folder');

test('a full export in DynamoDB JSON is read, also one of the time before there were incremental ones', () => {
  const { tableArn } = SUMMARY;
  const read = { tableName: 'users', tableArn, exportTimeMs: Date.UTC(2026, 10, 23, 8), itemCount: 7 };
  expect(summary({})()).toEqual(read);
  expect(summary({ exportType: undefined })()).toEqual(read);
  expect(summary({ itemCount: 0 })()).toMatchObject({ itemCount: 0 });
  expect(summary({ tableId: 'a' })()).toEqual({ ...read, tableId: 'a' });
});

test.each([
  ['another name', { tableArn: SUMMARY.tableArn.replace('users', 'orders') }, 'is of the table orders, not of users'],
  ['another account', { tableArn: SUMMARY.tableArn.replace(/1{12}/, '333333333333') }, `not of ${SUMMARY.tableArn}`],
  ['another Region', { tableArn: SUMMARY.tableArn.replace('west', 'north') }, 'is of arn:aws:dynamodb:eu-north-1:'],
  [
    'another id',
    { tableId: 'former' },
    'another table that was called users: its id is former, and that of the table now',
  ],
  ['the same of all', {}, undefined],
  ['no id, as exports had none', { tableId: undefined }, undefined],
])('an export of a table with %s', (_, other, why) => {
  const table = { tableName: 'users', tableArn: SUMMARY.tableArn, tableId: 'now' };
  const found = whyOfOtherTable(summary({ tableId: 'now', ...other })(), table);
  if (why === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(why);
});

test.each([
  [
    'an incremental one',
    { exportType: 'INCREMENTAL_EXPORT' },
    'the export is of type INCREMENTAL_EXPORT: it holds only what changed in a window. Make a full one (ExportType FULL_EXPORT)',
  ],
  ['one of an odd type', { exportType: ['x'] }, 'the export is of type ["x"]:'],
  ['one in Ion', { outputFormat: 'ION' }, 'the export\'s format is "ION"; make one with ExportFormat DYNAMODB_JSON'],
  [
    'one of no table',
    { tableArn: undefined },
    'manifest-summary.json is damaged: its tableArn is undefined. Copy or make the export again',
  ],
  ['one of an index', { tableArn: `${SUMMARY.tableArn}/index/i` }, 'its tableArn is'],
  ['one with something before the ARN', { tableArn: `x${SUMMARY.tableArn}` }, 'its tableArn is'],
  ['one of no time', { exportTime: 'today' }, 'its exportTime is "today"'],
  ['one of half an item', { itemCount: 0.5 }, 'its itemCount is 0.5'],
  ['one of fewer than no items', { itemCount: -1 }, 'its itemCount is -1'],
  ['one that counts in text', { itemCount: '7' }, 'its itemCount is "7"'],
])('%s cannot be used', (_, rest, message) => {
  expect(summary(rest)).toThrow(UnusableExportError);
  expect(summary(rest)).toThrow(message);
});

test.each([
  ['no JSON', '{', /^manifest-summary\.json is not JSON: ./],
  ['a number', '7', /^manifest-summary\.json is damaged: it holds 7, no JSON object\. Copy/],
  ['null', 'null', /it holds null, no JSON object/],
  ['long text', JSON.stringify('x'.repeat(99)), /it holds "x{79}, no JSON object/],
])('a summary that is %s cannot be used', (_, text, message) => {
  expect(() => readExportSummary(text)).toThrow(message);
});

test('what is no JSON tells why', () => {
  const read = () => readExportSummary('{');
  expect(read).toThrow(expect.objectContaining({ cause: expect.any(SyntaxError) as Error }) as Error);
});

test('data files lie beside their manifest, wherever they were exported to; empty lines are none', () => {
  const other = { ...FILE, dataFileS3Key: 'b.json.gz', itemCount: 0 };
  expect(readExportFiles(`${JSON.stringify(FILE)}\n\n  \n${JSON.stringify(other)}\n`, 'folder')).toEqual([
    { objectKey: 'folder/data/a.json.gz', itemCount: 3, md5: 'x==' },
    { objectKey: 'folder/data/b.json.gz', itemCount: 0, md5: 'x==' },
  ]);
});

test.each([
  [
    'without its key',
    { ...FILE, dataFileS3Key: undefined },
    'manifest-files.json is damaged: a file has no dataFileS3Key',
  ],
  ['that is a folder', { ...FILE, dataFileS3Key: 'data/' }, 'a file has no dataFileS3Key'],
  ['without its checksum', { ...FILE, md5Checksum: undefined }, 'a.json.gz has no md5Checksum'],
  ['without its count', { ...FILE, itemCount: undefined }, 'its itemCount is undefined'],
])('a data file %s cannot be used', (_, line, message) => {
  expect(() => files(FILE, line)).toThrow(message);
});

test('a manifest is whole when its MD5 is the one beside it, in base64 or hexadecimal', () => {
  const md5 = createHash('md5').update('é').digest();
  for (const checksum of [md5.toString('base64'), ` ${md5.toString('hex')}\n`]) {
    expect(() => checkManifest('m', 'é', checksum)).not.toThrow();
  }
  const check = () => checkManifest('m', 'è', ` ${'x'.repeat(99)}`);
  expect(check).toThrow(UnusableExportError);
  expect(check).toThrow(/^m is damaged: its MD5 is [\w+/]{22}==, its checksum file says x{80}\. Copy/);
});
