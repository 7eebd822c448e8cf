import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleFunctions } from '../../lambda/bundle';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dcs-bundle-'));
  await Promise.all([bundleFunctions(path.join(folder, 'a')), bundleFunctions(path.join(folder, 'b'))]);
});
afterAll(() => rm(folder, { recursive: true }));

const bundle = (copy: string, name: string) => readFileSync(path.join(folder, copy, name, 'index.js'));

test('capture starts quickly: its bundle is small and has no AWS SDK in it', () => {
  const capture = bundle('a', 'capture');
  expect(capture.length).toBeLessThanOrEqual(60 * 1024);
  for (const trace of ['aws-sdk', 'smithy']) expect(capture.includes(trace)).toBe(false);
  // What is looked for is there where the SDK is.
  expect(bundle('a', 'table-definition').includes('aws-sdk')).toBe(true);
});

test.each(['capture', 'drill', 'heartbeat', 'replica-age', 'table-definition'])(
  'the bytes of %s depend on the sources alone',
  (name) => {
    expect(bundle('a', name).equals(bundle('b', name))).toBe(true);
  },
);

test.each([
  [null, 'null'],
  [{ Records: 'none' }, '{"Records":"none"}'],
])('an error of a minified function keeps its class name, and says what came: %j', (event, said) => {
  const run = `require(${JSON.stringify(path.join(folder, 'a', 'capture', 'index.js'))}).handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 9000 })`;
  const script = `Promise.resolve().then(() => ${run}).catch((error) => console.log(error.constructor.name, error.name, error.message))`;
  const env = {
    PATH: process.env.PATH,
    AWS_REGION: 'eu-west-1',
    DCS_BUCKET: 'b',
    DCS_TABLE: 'users',
    DCS_PARTITION_KEY: 'id',
  };
  const { stdout } = spawnSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
  expect(stdout).toContain(
    `UnreadableRecordError UnreadableRecordError the event is ${said}, without a list of Records`,
  );
});
