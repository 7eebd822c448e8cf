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

test.each(['capture', 'drill', 'table-definition'])('the bytes of %s depend on the sources alone', (name) => {
  expect(bundle('a', name).equals(bundle('b', name))).toBe(true);
});
