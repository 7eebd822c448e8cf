import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../core/errors';
import { locatedTable, tableOf } from '../../settings/configuredTable';
import { loadGivenSettings, parseSettings } from '../../settings/load';
import { partsOf, type Part } from '../../settings/parts';
import { SettingsError } from '../../settings/problems';
import { minimal, variants } from '../../stacks/variants';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'dcs-settings-'))));
afterAll(() => rm(folder, { recursive: true }));

const PARTS: readonly Part[] = ['deployment', 'source', 'destination', 'tables'];

async function given(raw: unknown) {
  const file = path.join(folder, 'dcs.config.json');
  await writeFile(file, JSON.stringify(raw));
  return loadGivenSettings(file);
}

function found(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.found.map((problem) => problem.path);
    throw error;
  }
}

test.each(Object.entries(variants))(
  'law: the commands read a settings file as the deployment does, defaults included (%s)',
  async (_, raw) => {
    const { file, ...settings } = await given(raw);
    expect(settings).toEqual(parseSettings(raw));
    expect(file.isThere).toBe(true);
  },
);

test('law: parts that are left out change nothing of the others, and are each named once to who asks for them', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values<Record<string, unknown>>(variants)),
      fc.subarray([...PARTS]),
      fc.subarray([...PARTS]),
      async (raw, leftOut, asked) => {
        const kept = Object.entries(raw).filter(([name]) => !leftOut.includes(name as Part));
        const settings = await given(Object.fromEntries(kept));
        const whole = parseSettings(raw);
        for (const [name] of kept)
          expect(settings[name as keyof typeof settings]).toEqual(whole[name as keyof typeof whole]);
        const missing = asked.filter((part) => leftOut.includes(part));
        expect(found(() => partsOf(settings, asked))).toEqual(missing);
      },
    ),
    { numRuns: 60 },
  ));

test('what is there is checked as strictly as for a deployment', async () => {
  const wrong = async (raw: unknown) => {
    const problem: unknown = await given(raw).catch((error: unknown) => error);
    return problem instanceof SettingsError ? problem.found.map(({ path }) => path) : [];
  };
  const { source, destination } = minimal;
  expect(await wrong({ tabels: [] })).toEqual(['tabels']);
  expect(await wrong({ destination: { ...destination, regoin: 'x' } })).toEqual(['destination.regoin']);
  expect(await wrong({ destination: { region: 'eu-west-1', bucketName: 'copies' } })).toEqual([
    'destination.accountId',
  ]);
  expect(await wrong({ source, destination: source })).toHaveLength(3);
  const lifecycle = { noncurrentVersionExpirationDays: 3, noncurrentVersionTransitions: [] };
  expect(await wrong({ destination: { ...destination, lifecycle } })).toEqual([
    'destination.lifecycle.noncurrentVersionExpirationDays',
  ]);
});

describe('without a settings file', () => {
  const nowhere = () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      return loadGivenSettings(undefined);
    } finally {
      process.chdir(before);
    }
  };
  beforeAll(() => rm(path.join(folder, 'dcs.config.json'), { force: true }));

  test('there are the defaults, and no parts', () => {
    expect(nowhere()).toMatchObject({ name: 'dcs', prefix: '', file: { path: 'dcs.config.json', isThere: false } });
    expect(found(() => partsOf(nowhere(), ['tables', 'source']))).toEqual(['tables', 'source']);
    expect(() => partsOf(nowhere(), ['tables'])).toThrow(
      /there is no settings file dcs\.config\.json .*\n {2}tables is missing; allowed: a list of tables with their keys\. Next: write dcs\.config\.json\./,
    );
  });

  test('one that was asked for has to be there', () => {
    expect(() => loadGivenSettings(path.join(folder, 'none.json'))).toThrow(UsageError);
  });
});

describe('a table', () => {
  test('has the keys of the settings, else those of its table.json, and none when its name is not in the list', async () => {
    const settings = await given(minimal);
    const configuredKeys = { keySchema: { partitionKey: 'id' }, keyTypes: { id: 'S' } };
    expect(tableOf(settings, 'users')).toEqual({ prefix: '', tableName: 'users', configuredKeys });
    expect(locatedTable(settings, 'users')).toEqual(tableOf(settings, 'users'));
    const named = await given({ ...minimal, tables: [{ name: 'users' }], formerTables: ['orders'] });
    expect(tableOf(named, 'users')).toEqual({ prefix: '', tableName: 'users' });
    expect(locatedTable(named, 'orders')).toEqual({ prefix: '', tableName: 'orders' });
    expect(() => tableOf(named, 'orders')).toThrow('orders is no table of the settings');
    expect(() => locatedTable(settings, 'user')).toThrow('user is no table of the settings');
    expect(locatedTable(await given({ prefix: 'p/' }), 'user')).toEqual({ prefix: 'p/', tableName: 'user' });
  });
});
