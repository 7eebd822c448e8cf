import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingsJsonSchema } from '../../settings/jsonSchema';
import { loadGivenSettings, loadSettings, parseSettings, settingsFile } from '../../settings/load';
import { SettingsError } from '../../settings/problems';
import { minimal, variants } from '../../stacks/variants';

const root = join(__dirname, '..', '..');

/** Paths of the problems of some settings. */
function problems(settings: unknown) {
  try {
    parseSettings(settings);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.found;
    throw error;
  }
}

const source = (change: object) => ({ ...minimal, source: { ...minimal.source, ...change } });
const destination = (change: object) => ({ ...minimal, destination: { ...minimal.destination, ...change } });
const table = (change: object) => ({ ...minimal, tables: [{ ...minimal.tables[0], ...change }] });

const engine = (bucketName: string) => ({ ...minimal, engine: { enabled: true, bucketName } });
const tagsOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, 'x']));

describe('settings', () => {
  test.each(Object.keys(variants))('of variant %s are accepted', (name) => {
    expect(problems(variants[name as keyof typeof variants])).toEqual([]);
  });

  test('fewest possible: the rest has defaults', () => {
    expect(parseSettings({ ...minimal, tables: [{ name: 'users' }] })).toMatchObject({
      name: 'dcs',
      prefix: '',
      encryption: { type: 's3-managed' },
      replication: { timeControl: true, enabled: true },
      destination: { objectLock: { mode: 'COMPLIANCE', retentionDays: 30 } },
      source: { lifecycle: { noncurrentVersionExpirationDays: 365, currentVersionTransitions: [] } },
      capture: { memoryMb: 512, timeoutSeconds: 60, largeImageStorageClass: 'STANDARD_IA' },
      tables: [{ name: 'users', existing: true }],
      formerTables: [],
    });
  });

  test.each<[string, unknown, string]>([
    ['an account id as number', source({ accountId: 111111111111 }), 'source.accountId'],
    ['a layout that there is not', table({ layout: 'parquet' }), 'tables[0].layout'],
    ['a window that Lambda does not take', table({ batchingWindowSeconds: 301 }), 'tables[0].batchingWindowSeconds'],
    ['a batch that Lambda does not take', table({ batchSize: 10_001 }), 'tables[0].batchSize'],
    [
      'a batch that rings the alarm while it fills',
      { ...table({ layout: 'journal', batchingWindowSeconds: 300 }) },
      'tables[0].batchingWindowSeconds',
    ],
    [
      'a journal that leaves the source bucket within a weekend',
      source({ lifecycle: { journalExpirationDays: 3 } }),
      'source.lifecycle.journalExpirationDays',
    ],
    [
      'an end of journals in the destination bucket, which the compactor tells',
      destination({ lifecycle: { journalExpirationDays: 30 } }),
      'destination.lifecycle.journalExpirationDays',
    ],
    ['no tables', { ...minimal, tables: [] }, 'tables'],
    ['a missing part', { ...minimal, deployment: undefined }, 'deployment'],
    ['an unknown way', { ...minimal, deployment: { way: 'sideways' } }, 'deployment.way'],
    [
      'an unknown deployer',
      { ...minimal, deployment: { way: 'together', by: 'hand', backend: { type: 'local' } } },
      'deployment.by',
    ],
    [
      'an unknown backend',
      { ...minimal, deployment: { way: 'together', backend: { type: 'gcs' } } },
      'deployment.backend.type',
    ],
    ['a misspelt setting', { ...minimal, tabels: [] }, 'tabels'],
    ['a misspelt setting further down', source({ regoin: 'eu-west-1' }), 'source.regoin'],
    ['a bucket name with capitals', source({ bucketName: 'Images' }), 'source.bucketName'],
    ['a bucket name that S3 reserves', source({ bucketName: 'images-s3alias' }), 'source.bucketName'],
    ['a prefix without its slash', { ...minimal, prefix: 'dcs' }, 'prefix'],
    ['a prefix that clients take for a relative path', { ...minimal, prefix: 'a/../' }, 'prefix'],
    ['a prefix that leaves keys no room', { ...minimal, prefix: `${'x'.repeat(256)}/` }, 'prefix'],
    ['a path of roles that IAM does not take', source({ rolePath: `/${'x'.repeat(511)}/` }), 'source.rolePath'],
    ['an address twice', { ...minimal, alarms: { emails: ['a@b.c', 'b@b.c', 'a@b.c'] } }, 'alarms.emails[2]'],
    [
      'an archive class that does not replicate',
      { ...minimal, capture: { largeImageStorageClass: 'GLACIER' } },
      'capture.largeImageStorageClass',
    ],
    [
      'a log retention that CloudWatch does not know',
      { ...minimal, capture: { logRetentionDays: 31 } },
      'capture.logRetentionDays',
    ],
    [
      'a schedule in the wrong grammar',
      { ...minimal, tableDefinition: { scheduleExpression: 'rate(1 hours)' } },
      'tableDefinition.scheduleExpression',
    ],
    [
      'a drill so seldom that no alarm can miss it',
      { ...minimal, drill: { scheduleExpression: 'rate(7 days)' } },
      'drill.scheduleExpression',
    ],
    [
      'a drill on weekdays, of which the alarm knows nothing',
      { ...minimal, drill: { scheduleExpression: 'cron(0 4 ? * MON-FRI *)' } },
      'drill.scheduleExpression',
    ],
    [
      'a key attribute that Terraform would take for a template',
      table({ partitionKey: { name: '${id}', type: 'S' } }),
      'tables[0].partitionKey.name',
    ],
    [
      'a wildcard for who restores',
      { ...minimal, restore: { trustedPrincipalArns: ['*'] } },
      'restore.trustedPrincipalArns[0]',
    ],
    [
      'an alias in the place of a key',
      table({ kmsKeyArn: 'arn:aws:kms:eu-central-1:111111111111:alias/x' }),
      'tables[0].kmsKeyArn',
    ],
    ['a tag that AWS keeps to itself', { ...minimal, tags: { 'Aws:team': 'x' } }, 'tags.Aws:team'],
    ['a tag that the roles that deploy go by', { ...minimal, tags: { 'dcs:name': 'x' } }, 'tags.dcs:name'],
    ['a tag of characters that IAM refuses', { ...minimal, tags: { 'a#b': 'x' } }, 'tags.a#b'],
    ['a value of a tag that IAM refuses', { ...minimal, tags: { a: 'x\ny' } }, 'tags.a'],
    ['two tags that are one to IAM', { ...minimal, tags: { Team: 'x', team: 'x' } }, 'tags.team'],
    ['more tags than a resource takes', { ...minimal, tags: tagsOf(50) }, 'tags'],
    [
      'an export to the source bucket',
      { ...minimal, operator: { exportBucketName: minimal.source.bucketName } },
      'operator.exportBucketName',
    ],
    ['the bucket of the engine that of the copy', engine(minimal.destination.bucketName), 'engine.bucketName'],
    ['the bucket of the engine that of the source', engine(minimal.source.bucketName), 'engine.bucketName'],
    [
      'an import from the bucket of the engine',
      { ...engine('example-engine'), restore: { importBucketName: 'example-engine' } },
      'restore.importBucketName',
    ],
    [
      'the state in the bucket of the engine',
      {
        ...minimal,
        engine: { enabled: true },
        deployment: {
          way: 'together',
          backend: { type: 's3', bucketName: `${minimal.destination.bucketName}-engine`, region: 'eu-west-1' },
        },
      },
      'deployment.backend.bucketName',
    ],
    ['the same account twice', destination({ accountId: minimal.source.accountId }), 'destination.accountId'],
    ['the same region twice', destination({ region: minimal.source.region }), 'destination.region'],
    ['regions of two partitions', destination({ region: 'cn-north-1' }), 'destination.region'],
    ['the same bucket name twice', destination({ bucketName: minimal.source.bucketName }), 'destination.bucketName'],
    [
      'the state in a bucket of DCS',
      {
        ...minimal,
        deployment: { way: 'together', backend: { type: 's3', bucketName: 'example-dcs-source', region: 'eu-west-1' } },
      },
      'deployment.backend.bucketName',
    ],
    [
      'two stacks in one workspace',
      {
        ...minimal,
        deployment: {
          way: 'apart',
          sourceBackend: { type: 'cloud', organization: 'acme', workspace: 'dcs' },
          destinationBackend: { type: 'cloud', organization: 'acme', workspace: 'dcs' },
        },
      },
      'deployment.destinationBackend.workspace',
    ],
    [
      'a role of another account',
      source({ assumeRole: { roleArn: 'arn:aws:iam::999999999999:role/deploy' } }),
      'source.assumeRole.roleArn',
    ],
    [
      'a table twice, in another case',
      { ...minimal, tables: [minimal.tables[0], { ...minimal.tables[0], name: 'Users' }] },
      'tables[1].name',
    ],
    ['a table called aws without a prefix', table({ name: 'aws' }), 'tables[0].name'],
    ['a prefix within parked batches', { ...minimal, prefix: 'aws/lambda/' }, 'prefix'],
    ['one attribute as both keys', table({ sortKey: { name: 'id', type: 'S' } }), 'tables[0].sortKey.name'],
    [
      'a key that is to be hidden',
      { ...table({ partitionKey: { name: 'id', type: 'S' } }), ui: { hiddenAttributes: ['email', 'id'] } },
      'ui.hiddenAttributes[1]',
    ],
    [
      'a table key of another region',
      table({ kmsKeyArn: 'arn:aws:kms:eu-west-1:111111111111:key/x' }),
      'tables[0].kmsKeyArn',
    ],
    [
      'versions that expire before they move',
      source({ lifecycle: { noncurrentVersionExpirationDays: 30 } }),
      'source.lifecycle.noncurrentVersionExpirationDays',
    ],
    [
      'versions that expire while locked',
      destination({ objectLock: { retentionDays: 400 } }),
      'destination.lifecycle.noncurrentVersionExpirationDays',
    ],
  ])('fails on %s', (_what, settings, path) => {
    expect(problems(settings).map((problem) => problem.path)).toEqual([path]);
  });

  test('all problems are told at once, each with its path, its value, what is allowed, and what to do', () => {
    const wrong = { ...minimal, name: 'DCS', tables: [{}], prefix: 'x', extra: 1 };
    expect(() => parseSettings(wrong, 'prod.json')).toThrow(
      [
        'prod.json has 4 problems:',
        '  name is "DCS"; allowed: 3 to 20 lowercase letters, digits and hyphens, a letter first. Next: correct it.',
        '  prefix is "x"; allowed: empty, or at most 256 letters, digits, _ . - and slashes, with a slash at the end and none at the start, and no part "." or "..". Next: correct it.',
        '  tables[0].name is missing; allowed: 3 to 255 letters, digits and _ . -. Next: add it.',
        `  extra is 1; allowed: the settings known here: $schema, name, deployment, source, destination, prefix, tables, formerTables, bootstrap, encryption, replication, capture, tableDefinition, operator, restore, erase, drill, engine, compactor, alarms, ui, tags. Next: correct its name or take it out.`,
      ].join('\n'),
    );
  });

  test('rules between fields are told all at once as well', () => {
    const twice = { ...minimal, destination: { ...minimal.source, profile: 'destination' } };
    expect(problems(twice).map(({ path }) => path)).toEqual([
      'destination.accountId',
      'destination.region',
      'destination.bucketName',
    ]);
  });
});

describe('the settings file', () => {
  test('is the one of the option, of the variable, or dcs.config.json, in this order', () => {
    expect(settingsFile('a.json', { DCS_CONFIG: 'b.json' })).toBe('a.json');
    expect(settingsFile(undefined, { DCS_CONFIG: 'b.json' })).toBe('b.json');
    expect(settingsFile(undefined, {})).toBe('dcs.config.json');
    expect(settingsFile(undefined, { DCS_CONFIG: '' })).toBe('dcs.config.json');
  });

  test('that is missing or no JSON is named, with the next step', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dcs-settings-'));
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{ "name": ');
    expect(() => loadSettings(file)).toThrow(/broken\.json is not JSON: .* Next: correct it there/);
    expect(() => loadSettings(join(folder, 'none.json'))).toThrow(
      /none\.json cannot be read \(.*\)\. Next: copy dcs\.config\.example\.json/,
    );
    rmSync(folder, { recursive: true });
  });

  test('may begin with a byte order mark, as some editors write it; in UTF-16 it is named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dcs-settings-'));
    const file = join(folder, 'marked.json');
    const text = `\uFEFF${readFileSync(join(root, 'dcs.config.example.json'), 'utf8')}`;
    writeFileSync(file, text);
    expect(loadSettings(file).tables).toHaveLength(2);
    expect(loadGivenSettings(file).tables).toHaveLength(2);
    writeFileSync(file, text, 'utf16le');
    expect(() => loadSettings(file)).toThrow(/marked\.json cannot be read: it is UTF-16, or no text; save it as UTF-8/);
    rmSync(folder, { recursive: true });
  });

  test('of the example is accepted', () => {
    expect(loadSettings(join(root, 'dcs.config.example.json')).tables).toHaveLength(2);
  });
});

describe('dcs.config.schema.json', () => {
  interface JsonSchema {
    description?: string;
    properties?: Record<string, JsonSchema>;
    oneOf?: JsonSchema[];
    anyOf?: JsonSchema[];
    items?: JsonSchema;
    required?: string[];
    const?: unknown;
  }
  const schema = JSON.parse(settingsJsonSchema()) as JsonSchema;

  test('is what the definition generates: run npm run schema after a change', () => {
    expect(readFileSync(join(root, 'dcs.config.schema.json'), 'utf8')).toBe(settingsJsonSchema());
  });

  test('describes every setting, and states the default of each that may be left out', () => {
    for (const { path, field, isRequired } of fieldsOf(schema, '')) {
      if (field.const !== undefined || path === '.$schema') continue;
      expect({ path, description: field.description }).toEqual({ path, description: expect.any(String) as unknown });
      const isGroup = field.properties !== undefined;
      if (!isRequired && !isGroup)
        expect({ path, says: field.description }).toEqual({
          path,
          says: expect.stringContaining('Default: ') as unknown,
        });
    }
  });

  test('requires no more than the two accounts, the tables, and where the state goes', () => {
    expect(schema.required).toEqual(['deployment', 'source', 'destination', 'tables']);
    expect(schema.properties?.source?.required).toEqual(['accountId', 'region', 'bucketName']);
    expect(schema.properties?.destination?.required).toEqual(['accountId', 'region', 'bucketName']);
    expect(schema.properties?.tables?.items?.required).toEqual(['name']);
  });

  function fieldsOf(node: JsonSchema, path: string): { path: string; field: JsonSchema; isRequired: boolean }[] {
    const own = Object.entries(node.properties ?? {}).flatMap(([name, field]) => [
      { path: `${path}.${name}`, field, isRequired: node.required?.includes(name) ?? false },
      ...fieldsOf(field, `${path}.${name}`),
    ]);
    const inner = [...(node.oneOf ?? []), ...(node.items ? [node.items] : [])];
    return [...own, ...inner.flatMap((each) => fieldsOf(each, path))];
  }
});
