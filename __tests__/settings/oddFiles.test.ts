import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../core/errors';
import { loadGivenSettings, loadSettings } from '../../settings/load';
import { settingsSchema } from '../../settings/schema';

const folder = mkdtempSync(path.join(tmpdir(), 'dcs-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, 'dcs.config.json');

const LISTS = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const OBJECTS = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
const VALUES = ['null', 'true', '7', '1e400', '""', '"text"', '[]', '[null]', '[[]]', '{}', LISTS, OBJECTS];
const FIELDS = Object.keys(settingsSchema.shape);

/** Of a file with this text: nothing but a UsageError, of a length that can be read. */
function expectTold(text: string, isWrong = true): void {
  writeFileSync(file, text);
  for (const load of [loadSettings, loadGivenSettings]) {
    const problem = problemOf(() => load(file));
    if (isWrong || problem !== undefined) expect(problem).toBeInstanceOf(UsageError);
    expect(((problem as Error | undefined)?.message ?? '').length).toBeLessThan(10_000);
  }
}

function problemOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

test.each([...VALUES.filter((text) => text !== '{}'), '', '{', '\u0000', '<Error/>'])(
  'a settings file that is %.20s is told of, without a stack trace',
  (text) => expectTold(text),
);

test.each(FIELDS)('%s may be anything: it is told of, without a stack trace', (field) => {
  for (const value of VALUES) {
    expectTold(`{"${field}":${value}}`, false);
    for (const inner of ['name', 'region', 'bucketName', 'accountId', 'lifecycle', 'type', 'way', '__proto__'])
      expectTold(`{"${field}":{"${inner}":${value}}}`, false);
  }
});

test.each(VALUES)('a table that is %.20s', (value) => {
  expectTold(`{"tables":[${value}]}`);
  for (const field of ['name', 'partitionKey', 'sortKey'])
    expectTold(`{"tables":[{"name":"users","partitionKey":{"name":"id","type":"S"},"${field}":${value}}]}`, false);
});

test('a setting that is written twice is told of: the one that somebody reads may be the one that does not count', () => {
  expectTold('{"name":"a","name":"b"}');
  writeFileSync(file, '{"name":"a","name":"b"}');
  expect(() => loadGivenSettings(file)).toThrow("is not JSON: Duplicate key 'name'");
});

test('settings in another encoding than UTF-8 are told of', () => {
  writeFileSync(file, Buffer.from('{"tags":{"owner":"Jos\u00e9"}}', 'latin1'));
  expect(() => loadGivenSettings(file)).toThrow('cannot be read: it is not UTF-8');
});
