import path from 'node:path';
import { s3ImageStore } from '../../aws/imageStore';
import { s3TextStore } from '../../aws/textStore';
import { digestOf } from '../../core/digest';
import { commandPartsOfFile, deploy, itemsOf, records, type Deployment } from './support/commandParts';

jest.setTimeout(300_000);

const parts = commandPartsOfFile();

const deep = (levels: number) => `${'{"M":{"a":'.repeat(levels)}{"S":"x"}${'}}'.repeat(levels)}`;
/** As images of ours, with the digest that they have. */
const BODIES = [
  ...[
    'null',
    'true',
    '7',
    '""',
    '"text"',
    '[]',
    '[null]',
    '{',
    '',
    '{"Item":null}',
    '{"Item":7}',
    '{"Item":[]}',
    '{"Item":{}}',
  ],
  ...[
    '{"Item":{"id":null}}',
    '{"Item":{"id":7}}',
    '{"Item":{"id":{}}}',
    '{"Item":{"id":{"S":7}}}',
    '{"Item":{"id":{"X":"a"}}}',
  ],
  ...[
    '{"Item":{"id":{"N":"1e400"}}}',
    '{"Item":{"id":{"N":"one"}}}',
    '{"Item":{"id":{"S":"another"}}}',
    '{"Item":{"name":{"S":"no key"}}}',
  ],
  ...[
    '{"Item":{"id":{"SS":[]}}}',
    '{"Item":{"id":{"B":"?"}}}',
    '{"Item":{"id":{"L":{}}}}',
    '{"Item":{"id":{"M":null}}}',
    '{"item":{}}',
  ],
  ...[
    '{"Item":{"__proto__":{"S":"x"}}}',
    '\u0000',
    '\ufeff{}',
    '{"Item":{"id":{"S":"a"}}}{}',
    '<Error/>',
    'undefined',
    'NaN',
  ],
  ...[200, 20_000].flatMap((levels) => [
    `{"Item":{"a":${deep(levels)}}}`,
    `${'['.repeat(levels)}${']'.repeat(levels)}`,
  ]),
];
/** Plain JSON without any metadata, as of the predecessor. */
const PLAIN = [
  'null',
  '7',
  '[]',
  '{"id":1e400}',
  '{"a":-1e400}',
  '{"id":{"deep":"}',
  `{"id":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  ' '.repeat(17_000_000),
];
const GOOD_METADATA = {
  ...{ 'dcs-format': '1', 'dcs-event': 'INSERT', 'dcs-time': '2026-01-05T12:00:00Z', 'dcs-previous-digest': 'none' },
  ...{ 'dcs-stream-label': 'label', 'dcs-sequence-number': '7' },
};
/** Of an image whose body is right otherwise. */
const METADATA: Record<string, string>[] = [
  { 'dcs-format': '9' },
  { 'dcs-format': '' },
  { 'dcs-event': 'NONE' },
  { 'dcs-time': 'yesterday' },
  { 'dcs-time': '' },
  { 'dcs-digest': '0'.repeat(64) },
  { 'dcs-digest': 'x' },
  { 'dcs-previous-digest': 'x' },
  { 'dcs-sequence-number': '-1' },
  { 'dcs-sequence-number': '' },
  { 'dcs-stream-label': '' },
  { 'dcs-event': 'REMOVE' },
];

async function plant({ bucket, env, dynamoDb }: Deployment): Promise<string[]> {
  const s3 = { bucket, endpoint: env.AWS_ENDPOINT_URL_S3, region: 'eu-west-1', credentials: dynamoDb.credentials };
  const images = s3ImageStore({ ...s3, largeImageStorageClass: 'STANDARD' });
  const odd = [
    ...BODIES.map((body) => ({ body, metadata: { ...GOOD_METADATA, 'dcs-digest': digestOf(body) } })),
    ...PLAIN.map((body) => ({ body, metadata: {} })),
    ...METADATA.map((metadata) => {
      const body = '{"Item":{"id":{"S":"x"}}}';
      return { body, metadata: { ...GOOD_METADATA, 'dcs-digest': digestOf(body), ...metadata } };
    }),
  ];
  const keys = odd.map((_, i) => `users/odd-${i}/image.json`);
  for (const [i, image] of odd.entries()) await images.put(keys[i]!, image);
  await s3TextStore(s3).write('users/table.json', '{"format":"1","tableName":"users"');
  return keys;
}

const GOOD = ['a', 'b', 'c'].map((id) => ({ id: { S: id }, name: { S: 'good' } }));

test('no odd object stops a command, shows a stack, or keeps a good item from coming through', async () => {
  const deployment = await deploy(parts, 'odd');
  await deployment.store(GOOD.map((after) => ({ after, atMs: Date.UTC(2026, 0, 5) })));
  const keys = await plant(deployment);
  expect(keys.length).toBeGreaterThan(55);
  const copy = path.join(deployment.folder, 'copy');
  const commands: [number, string[]][] = [
    [3, ['restore', 'users', '--into', 'restored']],
    [3, ['restore', 'users', '--into', 'restored', '--merge', '--dry-run']],
    [3, ['diff', 'users', '--from', '2020-01-01T00:00:00Z']],
    [3, ['verify', 'users', '--in', 'destination', '--wait', '0s']],
    [3, ['drill', 'users', '--without-live', '--report-folder', path.join(deployment.folder, 'reports')]],
    [3, ['download', 'users', '--folder', copy]],
    [3, ['restore', 'users', '--into', 'from-copy', '--copy', `folder:${copy}`]],
    ...keys.map((_, i): [number, string[]] => [-1, ['history', 'users', '--key', `{"id":"odd-${i}"}`]]),
    ...keys
      .map((_, i): [number, string[]] => [-1, ['history', 'users', '--show', '1', '--key', `{"id":"odd-${i}"}`]])
      .filter((_, i) => i % 6 === 0),
  ];
  const wrong: unknown[] = [];
  for (const [expected, args] of commands) {
    const { code, stdout, stderr } = await deployment.run([...args, '--json'], {
      AWS_ENDPOINT_URL_STS: parts.s3.endpoint,
    });
    const isRight = expected === -1 ? [0, 1, 3].includes(code ?? -1) : code === expected;
    if (!isRight || stderr.includes('    at ')) wrong.push({ args, code, stderr: stderr.slice(0, 600) });
    if (args[0] === 'restore') {
      const named = records(stdout).flatMap(({ type, objectKey }) => (type === 'left' ? [objectKey] : []));
      expect(named).toContain('users/table.json');
      expect(named.length).toBeGreaterThan(40);
    }
  }
  expect(wrong).toEqual([]);
  for (const name of ['restored', 'from-copy'])
    expect(await itemsOf(deployment.table(name))).toEqual(expect.arrayContaining(GOOD));
});
