import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { s3Client } from '../../aws/s3Client';
import { createVersionedBucket } from '../../local/aws/versionedBucket';
import type { Faults } from '../../local/parts/s3Faults';
import { startS3Gateway, type S3Gateway } from '../../local/parts/s3Gateway';
import { commandPartsOfFile, deploy, records, type Deployment } from './support/commandParts';
import { PATIENT } from './support/patient';
import { sourceSideOf, type SourceSide } from './support/sourceSide';

const parts = commandPartsOfFile();
let deployment: Deployment;
let source: SourceSide;
let gateway: S3Gateway;
let client: S3Client;
const faultsOfExports = (fault: ReturnType<Faults>): Faults => {
  return ({ bucket }) => (bucket === 'exports' ? fault : undefined);
};
beforeAll(async () => {
  deployment = await deploy(parts, 'oddExports');
  source = await sourceSideOf(deployment, parts, 'oddExports');
  await createVersionedBucket(source.bucket, 'exports');
  client = s3Client({ ...source.bucket, attempts: PATIENT });
  gateway = await startS3Gateway(parts.s3.endpoint);
});
afterAll(async () => {
  client.destroy();
  await gateway.stop();
});
afterEach(() => (gateway.faults = () => undefined));

const md5 = (bytes: Buffer | string) => createHash('md5').update(bytes).digest('base64');
const DEEP = `${'{"M":{"a":'.repeat(20_000)}{"S":"x"}${'}}'.repeat(20_000)}`;
const LISTS = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const good = (id: string) => `{"Item":{"id":{"S":"${id}"}}}`;

interface Odd {
  readonly lines?: readonly string[];
  /** Instead of what would be right, as JSON text. */
  readonly summary?: Readonly<Record<string, string>>;
  readonly whole?: Readonly<Record<string, string>>;
  readonly file?: Readonly<Record<string, string>>;
  readonly bytes?: (bytes: Buffer) => Buffer | undefined;
  readonly prefix?: string;
}
let made = 0;

async function putExport(odd: Odd) {
  const { lines = [good('one')], summary = {}, whole = {}, file = {}, prefix = '' } = odd;
  const folder = `${prefix}AWSDynamoDB/${String((made += 1)).padStart(13, '0')}-0a1b2c3d`;
  const put = (name: string, body: Buffer | string) =>
    client.send(new PutObjectCommand({ Bucket: 'exports', Key: `${folder}/${name}`, Body: Buffer.from(body) }));
  const json = (fields: Readonly<Record<string, string>>) =>
    `{${Object.entries(fields)
      .map(([name, text]) => `"${name}":${text}`)
      .join(',')}}`;
  const { bytes = (it: Buffer) => it } = odd;
  const data = bytes(gzipSync(lines.map((line) => `${line}\n`).join('')));
  if (data) await put('data/f0.json.gz', data);
  const texts = {
    'manifest-summary': json({
      tableArn: '"arn:aws:dynamodb:ddblocal:000000000000:table/users"',
      exportTime: `"${new Date().toISOString()}"`,
      ...{ itemCount: String(lines.length), outputFormat: '"DYNAMODB_JSON"', exportType: '"FULL_EXPORT"', ...summary },
    }),
    'manifest-files': json({
      ...{ itemCount: String(lines.length), md5Checksum: `"${md5(data ?? '')}"`, etag: '"x"' },
      ...{ dataFileS3Key: `"${folder}/data/f0.json.gz"`, ...file },
    }),
    ...whole,
  };
  for (const [name, text] of Object.entries(texts)) {
    await put(`${name}.json`, text);
    await put(`${name}.md5`, md5(text));
  }
  return `s3://exports/${folder}`;
}

async function backfill(uri: string, more: readonly string[] = []) {
  const env = { AWS_ENDPOINT_URL_S3: gateway.endpoint, AWS_MAX_ATTEMPTS: '2' };
  const outcome = await deployment.run(['backfill', 'users', '--from-export', uri, '--json', ...more], env);
  expect(outcome.stderr).not.toContain('    at ');
  return { ...outcome, records: records(outcome.stdout) };
}

test('an export is found by whatever of it is named, whatever its prefix', async () => {
  const uri = await putExport({ prefix: 'public files/Output+Airline.csv/', lines: [good('named')] });
  const file = `${uri}/data/f0.json.gz`;
  for (const [n, named] of [
    ...[uri, `${uri}/`, `${uri}/data`, `${uri}/data/`, file, `${uri}/manifest-summary.json`],
    ...[`${uri}/manifest-files.json`, `${uri}/manifest-summary.md5`],
  ].entries()) {
    const { code, records: all } = await backfill(named);
    expect(code).toBe(0);
    expect(all.at(-1)).toMatchObject({ from: uri, read: 1, written: n === 0 ? 1 : 0, failed: 0 });
  }
  expect((await source.images.get('users/named/image.json')).body).toBe(good('named'));
  const { code, stderr } = await backfill(uri.slice(0, uri.lastIndexOf('/')));
  expect(stderr).toContain('name the folder of one export that is COMPLETED');
  expect(code).toBe(4);
});

const ODD_LINES = [
  ...['null', 'true', '7', '"text"', '[]', '{}', '{', 'undefined', '\u0000', '<Error/>', `${good('a')}${good('b')}`],
  ...['null', '7', '"x"', '[]', '{}', LISTS, DEEP].map((item) => `{"Item":${item}}`),
  ...['null', '7', '{}', '{"S":7}', '{"S":""}', '{"N":"1e400"}', '{"X":"a"}', DEEP, LISTS, '{"S":"\\ud800"}'].map(
    (id) => `{"Item":{"id":${id}}}`,
  ),
  ...['null', '{"N":"1e400"}', '{"N":1e400}', '{"SS":[]}', '{"B":"?"}', DEEP, LISTS].map(
    (value) => `{"Item":{"id":{"S":"x"},"odd":${value}}}`,
  ),
];

test('no odd line of an export stops a backfill, shows a stack, or keeps a good item from getting its image', async () => {
  const ids = ODD_LINES.map((_, n) => `good-${n}`);
  const uri = await putExport({ lines: ODD_LINES.flatMap((line, n) => [line, good(`good-${n}`)]) });
  const { code, records: all } = await backfill(uri);
  const failed = all.filter(({ type }) => type === 'failed');
  const places = failed.map(({ reason }) => /item (\d+) of .*f0\.json\.gz/.exec(String(reason))?.[1]);
  expect(places.map(Number).sort((a, b) => a - b)).toEqual(ODD_LINES.map((_, n) => 2 * n + 1));
  for (const { reason } of failed) expect(String(reason).length).toBeLessThan(1_000);
  expect(all.at(-1)).toMatchObject({ read: 2 * ids.length, written: ids.length, failed: ids.length });
  expect(code).toBe(3);
  for (const id of ids) expect((await source.images.get(`users/${id}/image.json`)).body).toBe(good(id));
});

describe('an export that is odd as a whole is refused with what is wrong, and nothing is written', () => {
  const odd = ['null', 'true', '7', '""', '[]', '[null]', '{}', LISTS, '-1', '1e400'];
  const cases: [string, Odd, number][] = [
    ...['', 'null', '7', '[]', '{}', '{', LISTS].flatMap((text): [string, Odd, number][] => [
      [`summary ${text.slice(0, 9)}`, { whole: { 'manifest-summary': text } }, 5],
      [`files ${text.slice(0, 9)}`, { whole: { 'manifest-files': text } }, 5],
    ]),
    ...['tableArn', 'exportTime', 'itemCount', 'outputFormat', 'exportType'].flatMap((field) =>
      odd.map((value): [string, Odd, number] => [`${field} ${value.slice(0, 9)}`, { summary: { [field]: value } }, 5]),
    ),
    ...['itemCount', 'md5Checksum', 'dataFileS3Key'].flatMap((field) =>
      odd.map((value): [string, Odd, number] => [
        `file ${field} ${value.slice(0, 9)}`,
        { file: { [field]: value } },
        5,
      ]),
    ),
    ['another table', { summary: { tableArn: '"arn:aws:dynamodb:ddblocal:000000000000:table/others"' } }, 5],
    ['in the future', { summary: { exportTime: '"2999-01-01T00:00:00Z"' } }, 5],
    ['before the stream', { summary: { exportTime: '"2020-01-01T00:00:00Z"' } }, 5],
    ['the file is missing', { bytes: () => undefined }, 5],
    ['no gzip', { bytes: () => Buffer.from('plain text\n') }, 5],
    ['an empty file', { bytes: () => Buffer.alloc(0) }, 5],
    ['a truncated one', { bytes: (bytes) => bytes.subarray(0, -9), lines: [good('one'), good('two')] }, 5],
    ['a line without end', { lines: [`{"Item":{"id":{"S":"${'x'.repeat(40_000_000)}"}}}`] }, 5],
  ];
  test.each(cases)('%s', async (_, given, expected) => {
    const { code, records: all } = await backfill(await putExport(given));
    expect(code).toBe(expected);
    expect(all).toEqual([expect.objectContaining({ type: 'error' })]);
    expect(String(all[0]?.message).length).toBeLessThan(1_000);
    await expect(source.images.get('users/one/image.json')).rejects.toThrow('NoSuchKey');
  });
});

describe('an export that cannot be looked at is exit code 4, with what to do', () => {
  test.each<[string, Faults, string]>([
    [
      'of another account',
      faultsOfExports({ kind: 'error', statusCode: 403, code: 'AccessDenied' }),
      'its policy has to',
    ],
    [
      'in a bucket that is not there',
      faultsOfExports({ kind: 'error', statusCode: 404, code: 'NoSuchBucket' }),
      'exports',
    ],
    [
      'in another region that S3 does not name',
      faultsOfExports({ kind: 'error', statusCode: 301, code: 'PermanentRedirect' }),
      'region',
    ],
    ['while S3 is away', faultsOfExports({ kind: 'error', statusCode: 503, code: 'SlowDown' }), 'SlowDown'],
  ])('%s', async (_, faults, message) => {
    const uri = await putExport({});
    gateway.faults = faults;
    const { code, stderr } = await backfill(uri);
    expect(stderr).toContain(message);
    expect(code).toBe(4);
  });

  test('a folder without a manifest', async () => {
    const { code, stderr } = await backfill('s3://exports/AWSDynamoDB/nothing');
    expect(stderr).toContain('has no manifest-summary.json; name the folder of one export that is COMPLETED');
    expect(code).toBe(4);
  });
});
