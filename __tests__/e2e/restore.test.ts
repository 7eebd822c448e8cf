import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { dynamoDbTable } from '../../aws/table';
import { describeTableDefinition } from '../../aws/tableDefinition';
import { outcomeOf } from '../support/outcome';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import type { TableDefinition } from '../../core/tableDefinition';
import { SLOW_DOWN } from '../../local/parts/s3Faults';
import { commandPartsOfFile, deploy, itemsOf, records, type Deployment } from './support/commandParts';
import { executableIn } from './support/executable';
import { interrupted } from './support/interrupted';

const parts = commandPartsOfFile();

const NOON_MS = Date.UTC(2026, 0, 5, 12);
const at = (minutes: number) => NOON_MS + minutes * 60_000;
const user = (id: number, name = `name ${id}`): AttributeMap => ({ id: { S: `u${id}` }, name: { S: name } });

/** What a careless tool loses. */
const everyType: AttributeMap = {
  id: { S: 'every type' },
  ['__proto__']: { M: { ['__proto__']: { S: 'own property' } } },
  binary: { B: '/+8=' },
  number: { N: '12345678901234567890123456789012345678' },
  sets: { L: [{ SS: ['b', 'a'] }, { NS: ['1', '0.1'] }, { BS: ['AQ==', 'Ag=='] }] },
  nothing: { NULL: true },
  empty: { M: { list: { L: [] }, map: { M: {} }, text: { S: '' } } },
};

const definition: TableDefinition = {
  format: '1',
  tableName: 'users',
  createTable: {
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'name', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byName',
        KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  },
  timeToLiveAttributeName: 'expiresAt',
};

const sorted = (items: AttributeMap[]) => items.map(canonicalItem).sort();
const restored = async (deployment: Deployment, name: string) => sorted(await itemsOf(deployment.table(name)));
const inserts = (count: number) => Array.from({ length: count }, (_, i) => ({ after: user(i), atMs: at(0) }));

describe('dcs restore, from the destination bucket alone', () => {
  test('makes the table again as table.json says, with every type bit for bit', async () => {
    const deployment = await deploy(parts, 'everyType');
    await deployment.define(definition);
    const lost = user(2);
    await deployment.store([
      { after: everyType, atMs: at(0) },
      { after: user(1), atMs: at(0) },
      { after: lost, atMs: at(0) },
      { before: user(1), after: user(1, 'new'), atMs: at(1) },
      { before: lost, atMs: at(2) },
    ]);
    const { code, stdout } = await deployment.run(['restore', 'users', '--into', 'users-restored', '--json']);
    expect(code).toBe(0);
    expect(records(stdout)).toEqual([
      expect.objectContaining({ type: 'restore', into: 'users-restored', left: 0, differences: 0 }),
      expect.objectContaining({ type: 'setting', setting: 'timeToLive', state: 'set' }),
    ]);
    expect(await restored(deployment, 'users-restored')).toEqual(sorted([everyType, user(1, 'new')]));
    expect(await describeTableDefinition('users-restored', deployment.dynamoDb)).toEqual({
      ...definition,
      tableName: 'users-restored',
      tableId: expect.any(String) as string,
      createdAt: expect.any(String) as string,
    });
  });

  describe('with the source account lost', () => {
    const place = (deployment: Deployment) => [
      ...['--destination-bucket', deployment.bucket, '--destination-region', 'eu-west-1'],
    ];
    const noFile = { DCS_CONFIG: undefined };

    test('and no settings file, options alone bring the table back', async () => {
      const deployment = await deploy(parts, 'noFile');
      await deployment.define(definition);
      await deployment.store(inserts(3));
      const args = ['restore', 'users', '--into', 'back', ...place(deployment), '--json'];
      const { code, stdout, stderr } = await deployment.run(args, noFile);
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringContaining('is made from table.json') as string,
      });
      expect(records(stdout)).toEqual([
        expect.objectContaining({ type: 'restore', left: 0, differences: 0 }),
        expect.objectContaining({ type: 'setting', setting: 'timeToLive', state: 'set' }),
      ]);
      expect(await restored(deployment, 'back')).toEqual(sorted(inserts(3).map(({ after }) => after)));
    });

    test('and no table.json either, the keys come from options; without them it says how to give them', async () => {
      const deployment = await deploy(parts, 'noDefinition');
      await deployment.store(inserts(3));
      const args = ['restore', 'users', '--into', 'back', ...place(deployment)];
      const refused = await deployment.run(args, noFile);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('has no users/table.json. Give them with --partition-key NAME:TYPE');
      expect((await deployment.run([...args, '--partition-key', 'id:S'], noFile)).code).toBe(0);
      expect(await restored(deployment, 'back')).toEqual(sorted(inserts(3).map(({ after }) => after)));
    });

    test('a settings file without a source is enough', async () => {
      const deployment = await deploy(parts, 'noSource');
      await deployment.define(definition);
      await deployment.store(inserts(3));
      const { destination } = deployment.settings;
      await writeFile(path.join(deployment.folder, 'lost.json'), JSON.stringify({ destination }));
      const lost = { DCS_CONFIG: path.join(deployment.folder, 'lost.json') };
      expect((await deployment.run(['restore', 'users', '--into', 'back'], lost)).code).toBe(0);
      expect(await restored(deployment, 'back')).toEqual(sorted(inserts(3).map(({ after }) => after)));
      const toSource = await deployment.run(['restore', 'users', '--into', 'back', '--target', 'source'], lost);
      expect(toSource.code).toBe(2);
      expect(toSource.stderr).toMatch(/lost\.json has 1 problem:\n {2}source\.region is missing; .* --source-region/);
    });

    test('and with neither, one message names what is missing, each once, and both ways to say it', async () => {
      const deployment = await deploy(parts, 'nothing');
      const { code, stdout, stderr } = await deployment.run(['restore', 'users', '--into', 'back'], noFile);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr.trimEnd().split('\n')).toEqual([
        expect.stringMatching(/^dcs: there is no settings file dcs\.config\.json .* something is missing:$/),
        expect.stringMatching(/^ {2}destination\.bucketName is missing; .* give --destination-bucket NAME, or write/),
        expect.stringMatching(/^ {2}destination\.region is missing; .* give --destination-region REGION, or write/),
      ]);
    });

    test('history, diff, download and a drill without the live table need no more', async () => {
      const deployment = await deploy(parts, 'others');
      await deployment.define(definition);
      await deployment.store(inserts(3));
      const run = async (...args: string[]) => (await deployment.run([...args, ...place(deployment)], noFile)).code;
      const folder = path.join(deployment.folder, 'out');
      expect(await run('history', 'users', '--key', '{"id":"u1"}')).toBe(0);
      expect(await run('diff', 'users', '--from', '2026-01-05T11:00:00Z', '--summary')).toBe(3);
      expect(await run('download', 'users', '--to', folder)).toBe(0);
      expect(await run('verify', 'users', '--in', 'destination')).toBe(0);
      const sts = ['--destination-endpoint', `sts=${parts.s3.endpoint}`];
      const drill = ['drill', 'users', '--without-live', '--report-folder', folder, ...sts];
      expect(await run(...drill)).toBe(0);
      expect((await deployment.run(['drill', 'users', ...place(deployment)], noFile)).stderr).toContain(
        'source is missing',
      );
    });
  });

  test('by an import: files that DynamoDB loads into a new table, as many as planned, without what was deleted', async () => {
    const deployment = await deploy(parts, 'imported');
    await deployment.define(definition);
    await deployment.store([
      { after: everyType, atMs: at(0) },
      ...inserts(40),
      { before: user(7), after: user(7, 'new'), atMs: at(1) },
      { before: user(3), atMs: at(2) },
    ]);
    // DynamoDB Local imports nothing; moto does.
    const env = { AWS_ENDPOINT_URL_DYNAMODB: parts.s3.endpoint };
    const byImport = ['--engine', 'import', '--import-bucket', deployment.bucket];
    const restore = ['restore', 'users', '--into', 'loaded', '--json'];
    const { code, stdout, stderr } = await deployment.run([...restore, ...byImport], env);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('40 items imported, as many as planned') as string,
    });
    expect(records(stdout)[0]).toMatchObject({ type: 'restore', left: 0, differences: 0 });
    const loaded = { ...deployment.dynamoDb, endpoint: parts.s3.endpoint };
    const items = sorted(await itemsOf(dynamoDbTable('loaded', loaded)));
    const others = Array.from({ length: 40 }, (_, id) => user(id)).filter((_, id) => id !== 3 && id !== 7);
    expect(items).toEqual(sorted([everyType, user(7, 'new'), ...others]));
    const { createTable } = await describeTableDefinition('loaded', loaded);
    expect(createTable.GlobalSecondaryIndexes).toEqual(definition.createTable.GlobalSecondaryIndexes);
    expect(createTable.StreamSpecification).toEqual(definition.createTable.StreamSpecification);

    const again = await deployment.run([...restore, ...byImport], env);
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('looking whether they are as planned') as string,
    });
    const nowhere = await deployment.run(['restore', 'users', '--into', 'elsewhere', '--engine', 'import'], env);
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('--import-bucket') as string });
  });

  test('a dry run makes no table, and plans what the real run does', async () => {
    const deployment = await deploy(parts, 'dryRun');
    await deployment.store(inserts(30));
    const args = ['restore', 'users', '--into', 'copy', '--json'];
    const planned = await deployment.run([...args, '--dry-run']);
    expect(planned.code).toBe(0);
    await expect(deployment.table('copy').describe()).rejects.toThrow('non-existent table');
    const done = await deployment.run(args);
    const shown = records(planned.stdout);
    expect(shown.filter((one) => one.type === 'planned' && one.do === 'put')).toHaveLength(30);
    expect(records(done.stdout)[0]?.counts).toEqual(shown.at(-1)?.counts);
  });

  test('a table with items is refused until it is said what becomes of them', async () => {
    const deployment = await deploy(parts, 'nonEmpty');
    await deployment.store([
      { after: user(1), atMs: at(0) },
      { after: user(2), atMs: at(0) },
      { before: user(2), after: user(2, 'broken'), atMs: at(10) },
      { after: user(3), atMs: at(10) },
    ]);
    await deployment.run(['restore', 'users', '--into', 'live']);
    await deployment.table('live').put(user(4));
    const args = ['restore', 'users', '--into', 'live', '--as-of', '2026-01-05T12:05:00Z'];

    const refused = await deployment.run(args);
    expect(refused).toMatchObject({ code: 5, stdout: '' });
    expect(refused.stderr).toContain('--merge adds, and changes what is older');

    const merged = await deployment.run([...args, '--merge']);
    expect(merged).toMatchObject({ code: 3 });
    expect(merged.stdout).toContain('{"id":"u2"}  changedLater: it was written after the moment, and is left as it is');
    const live = [user(1), user(2, 'broken'), user(3), user(4)];
    expect(await restored(deployment, 'live')).toEqual(sorted(live));

    const plan = path.join(deployment.folder, 'plan.jsonl');
    const shown = await deployment.run([...args, '--mirror', '--dry-run', '--plan', plan]);
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain('change {"id":"u2"}  (written after the moment)\n    ~ name "broken" -> ');
    expect(shown.stdout).toContain('delete {"id":"u4"}  (written after the moment)\n');
    expect(shown.stderr).toContain('The real run will ask, or need --yes: it deletes 2 and changes 1 of 4 items');
    for (const asks of [['--mirror'], ['--merge=overwrite']]) {
      expect(await deployment.run([...args, ...asks])).toMatchObject({ code: 5 });
    }
    expect(await restored(deployment, 'live')).toEqual(sorted(live));

    await deployment.table('live').put(user(3, 'later'));
    const kept = await deployment.run(['restore', 'users', '--into', 'live', '--plan', plan, '--yes']);
    expect(kept).toMatchObject({ code: 3 });
    expect(kept.stdout).toContain('{"id":"u3"}  moved: it was changed after the plan was made');
    expect(await restored(deployment, 'live')).toEqual(sorted([user(1), user(2), user(3, 'later')]));
    const both = await deployment.run(['restore', 'users', '--into', 'live', '--plan', plan, '--mirror']);
    expect(both).toMatchObject({ code: 2 });

    await deployment.table('live').put(user(2, 'broken'));
    expect((await deployment.run([...args, '--merge=overwrite', '--yes'])).code).toBe(0);
    expect(await restored(deployment, 'live')).toEqual(sorted([user(1), user(2), user(3, 'later')]));
    expect((await deployment.run([...args, '--mirror', '--yes'])).code).toBe(0);
    expect(await restored(deployment, 'live')).toEqual(sorted([user(1), user(2)]));
  });

  test('several tables have one moment, and what goes wrong with one keeps no other from its turn', async () => {
    const deployment = await deploy(parts, 'several');
    await deployment.store(inserts(3));
    const [users] = deployment.settings.tables;
    const tables = [{ ...users, name: 'nothere' }, users];
    await writeFile(
      path.join(deployment.folder, 'dcs.config.json'),
      JSON.stringify({ ...deployment.settings, tables }),
    );
    const { code, stdout, stderr } = await deployment.run([
      'restore',
      'nothere',
      'users',
      '--into',
      '{table}-again',
      '--as-of',
      '1 hour ago',
      '--json',
    ]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/All tables as of \d{4}-/);
    expect(records(stdout)).toMatchObject([
      { type: 'error', table: 'nothere', exitCode: 4 },
      { type: 'restore', table: 'users', into: 'users-again', counts: { put: 3 } },
      {
        ...{ type: 'tables', exitCode: 4 },
        tables: [
          { table: 'nothere', exitCode: 4 },
          { table: 'users', exitCode: 0 },
        ],
      },
    ]);
    expect(await restored(deployment, 'users-again')).toHaveLength(3);
    expect(await deployment.run(['restore', 'users', 'others', '--into', 'again'])).toMatchObject({ code: 2 });
    const misspelt = await deployment.run(['restore', 'users', 'other', '--into', '{table}-third']);
    expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringContaining('other is no table') as string });
    await expect(deployment.table('users-third').describe()).rejects.toThrow();
  });

  test('chosen items, by options and by a file; one that is not there is listed and the exit code says so', async () => {
    const deployment = await deploy(parts, 'chosen');
    await deployment.store(inserts(5));
    const args = [
      'restore',
      'users',
      '--into',
      'some',
      '--json',
      '--key',
      '{"id":"u1"}',
      '--key',
      '{"id":{"S":"gone"}}',
    ];
    const { code, stdout } = await deployment.run(args);
    expect(code).toBe(3);
    expect(records(stdout)).toEqual([
      expect.objectContaining({ type: 'left', why: 'unknown', objectKey: 'users/gone/image.json' }),
      expect.objectContaining({ type: 'restore', left: 1, differences: 0 }),
    ]);
    expect(await restored(deployment, 'some')).toEqual(sorted([user(1)]));
  });

  test('a copy in a folder is as good as the bucket', async () => {
    const deployment = await deploy(parts, 'folder');
    await deployment.define(definition);
    await deployment.store([
      ...inserts(40),
      { before: user(3), after: user(3, 'x'), atMs: at(3) },
      { before: user(4), atMs: at(4) },
    ]);
    const copy = path.join(deployment.folder, 'copy');
    expect(await deployment.run(['download', 'users', '--folder', copy])).toMatchObject({ code: 0 });
    const from = ['--copy', `folder:${copy}`];
    expect(await deployment.run(['restore', 'users', '--into', 'of-folder', ...from])).toMatchObject({ code: 0 });
    expect(await deployment.run(['restore', 'users', '--into', 'of-bucket'])).toMatchObject({ code: 0 });
    expect(await restored(deployment, 'of-folder')).toEqual(await restored(deployment, 'of-bucket'));
    const one = ['restore', 'users', '--into', 'one-item', '--key', '{"id":"u3"}', ...from];
    expect(await deployment.run(one)).toMatchObject({ code: 0 });
    expect(await restored(deployment, 'one-item')).toEqual(sorted([user(3, 'x')]));
  });

  test('a disk that becomes full leaves no copy that could be taken for a whole one, and the same command goes on later', async () => {
    const deployment = await deploy(parts, 'fullDisk');
    await deployment.store(inserts(40));
    const copy = path.join(deployment.folder, 'copy');
    const download = ['download', 'users', '--folder', copy];
    expect(await deployment.run(download)).toMatchObject({ code: 0 });

    const executable = await executableIn(deployment.folder);
    // A process that may write files of 4 KB is refused as on a full disk (setrlimit(2): EFBIG).
    const command = `ulimit -f 4 && exec "${process.execPath}" "${executable}" ${download.join(' ')}`;
    const full = await outcomeOf(spawn('bash', ['-c', command], { env: deployment.env }));
    expect(full.code).toBe(1);
    expect(full.stderr).toContain(`the copy in ${copy} cannot be written: EFBIG: file too large`);
    expect(full.stderr).toContain(
      'Free some space, or give another folder with --folder, and run the same command again',
    );
    expect(full.stderr).not.toContain('    at ');
    const restore = ['restore', 'users', '--into', 'of-full-disk', '--copy', `folder:${copy}`];
    const refused = await deployment.run(restore);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('holds no whole copy');
    await expect(deployment.table('of-full-disk').describe()).rejects.toThrow('non-existent table');

    expect(await deployment.run(download)).toMatchObject({ code: 0 });
    expect(await deployment.run(restore)).toMatchObject({ code: 0 });
    expect(await restored(deployment, 'of-full-disk')).toHaveLength(40);
  });

  test('archived images are counted and refused, and with --thaw asked back and restored', async () => {
    const deployment = await deploy(parts, 'archived');
    const large = user(1, 'x'.repeat(200_000));
    await deployment.store([{ after: large, atMs: at(0) }], 'GLACIER');
    await deployment.store([{ after: user(2), atMs: at(0) }]);
    const args = ['restore', 'users', '--into', 'thawed'];
    const refused = await deployment.run(args);
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain('1 image (195 KB) in GLACIER: 3 to 5 hours with tier Standard');
    await expect(deployment.table('thawed').describe()).rejects.toThrow('non-existent table');
    expect(await deployment.run([...args, '--thaw'])).toMatchObject({ code: 0 });
    expect(await restored(deployment, 'thawed')).toEqual(sorted([large, user(2)]));
  });
});

describe('dcs restore, when things go wrong', () => {
  test('S3 that slows down and breaks connections now and then delays it and nothing more', async () => {
    const deployment = await deploy(parts, 'slowDown');
    await deployment.store(inserts(60));
    let call = 0;
    parts.s3.faults = () => [SLOW_DOWN, { kind: 'resetBefore' } as const][call++ % 6];
    expect(await deployment.run(['restore', 'users', '--into', 'slow'])).toMatchObject({ code: 0 });
    expect(await restored(deployment, 'slow')).toHaveLength(60);
  });

  const EXPIRED = { kind: 'error', statusCode: 400, code: 'ExpiredToken' } as const;
  test.each([
    ['S3 that stays away', 'outage', SLOW_DOWN, 'SlowDown'],
    ['credentials that expire', 'expired', EXPIRED, 'the credentials have expired; get new ones and run again'],
  ])('%s halfway: exit code 4, and later the same command brings everything', async (_, name, fault, said) => {
    const deployment = await deploy(parts, name);
    await deployment.store(inserts(60));
    let gets = 0;
    parts.s3.faults = ({ method, objectKey }) =>
      method === 'GET' && objectKey !== '' && gets++ > 30 ? fault : undefined;
    const args = ['restore', 'users', '--into', 'later'];
    const failed = await deployment.run(args, { AWS_MAX_ATTEMPTS: '2' });
    expect(failed.code).toBe(4);
    expect(failed.stderr).toContain(said);
    parts.s3.faults = () => undefined;
    expect(await deployment.run(args)).toMatchObject({ code: 0 });
    expect(await restored(deployment, 'later')).toHaveLength(60);
  });

  test('a bucket that is not there, and one without images of the table', async () => {
    const deployment = await deploy(parts, 'empty');
    expect(await deployment.run(['restore', 'users', '--into', 'none', '--copy', 'source'])).toMatchObject({ code: 4 });
    const empty = await deployment.run(['restore', 'users', '--into', 'none']);
    expect(empty.code).toBe(4);
    expect(empty.stderr).toContain('s3://empty-destination has no images of users under users/');
  });

  test('a table that disappears in the middle', async () => {
    const deployment = await deploy(parts, 'disappears');
    await deployment.store(inserts(120));
    let [gets, dropped] = [0, Promise.resolve()];
    parts.s3.faults = ({ method, objectKey }) => {
      if (method === 'GET' && objectKey.endsWith('image.json') && ++gets === 80)
        dropped = deployment.table('shaky').drop();
      return gets >= 80 ? { kind: 'hold', until: dropped } : undefined;
    };
    const { code, stderr } = await deployment.run(['restore', 'users', '--into', 'shaky']);
    await dropped;
    expect(code).toBe(4);
    expect(stderr).toContain('non-existent table');
  });

  test('Ctrl-C, and the same command again', async () => {
    const deployment = await deploy(parts, 'interrupted');
    await deployment.store(inserts(150));
    const executable = await executableIn(deployment.folder);
    const args = ['restore', 'users', '--into', 'continued'];
    const child = spawn(process.execPath, [executable, ...args], { env: deployment.env });
    let gets = 0;
    let noticed: Promise<void> | undefined;
    parts.s3.faults = ({ method, objectKey }) => {
      if (method !== 'GET' || !objectKey.endsWith('image.json') || ++gets < 60) return undefined;
      return { kind: 'hold', until: (noticed ??= interrupted(child)) };
    };
    const errors: string[] = [];
    child.stderr.on('data', (text: Buffer) => errors.push(text.toString()));
    const [code] = (await once(child, 'close')) as [number];
    parts.s3.faults = () => undefined;
    expect(errors.join('')).toContain('the same command continues');
    expect(code).toBe(130);
    expect((await restored(deployment, 'continued')).length).toBeLessThan(150);

    const again = await deployment.run(args);
    expect(again.stderr).toContain('an unfinished restore, which is continued');
    expect(again.code).toBe(0);
    expect(await restored(deployment, 'continued')).toHaveLength(150);
    expect(await deployment.run(args)).toMatchObject({ code: 0 });
    await deployment.table('continued').put(user(151));
    expect(await deployment.run(args)).toMatchObject({ code: 5 });
    expect(await restored(deployment, 'continued')).toHaveLength(151);
  });

  /** A restore into a new table that was stopped halfway. */
  async function stopped(deployment: Deployment, name: string): Promise<void> {
    await deployment.store(inserts(60));
    let gets = 0;
    parts.s3.faults = ({ method, objectKey }) =>
      method === 'GET' && objectKey.endsWith('image.json') && gets++ > 40 ? EXPIRED : undefined;
    expect(await deployment.run(['restore', 'users', '--into', name])).toMatchObject({ code: 4 });
    parts.s3.faults = () => undefined;
  }

  test('an unfinished restore that somebody uses: the same command reverts and deletes nothing', async () => {
    const deployment = await deploy(parts, 'usedMeanwhile');
    await stopped(deployment, 'used');
    const table = deployment.table('used');
    const [first = user(0)] = await itemsOf(table);
    const changed: AttributeMap = { ...first, name: { S: 'changed since' } };
    await table.put(changed);
    await table.put(user(1_000));
    const before = await restored(deployment, 'used');
    const again = await deployment.run(['restore', 'users', '--into', 'used']);
    expect(again.code).toBe(5);
    expect(again.stderr).toContain('1 item of it was changed since');
    expect(await restored(deployment, 'used')).toEqual(before);
    await table.put(first);
    expect(await deployment.run(['restore', 'users', '--into', 'used'])).toMatchObject({ code: 0 });
    expect(await restored(deployment, 'used')).toHaveLength(61);
  });

  test('a note that is damaged is passed over with a word, and the table is refused like any other', async () => {
    const deployment = await deploy(parts, 'damagedNote');
    await stopped(deployment, 'noted');
    const notes = path.join(deployment.folder, 'state/unfinished-restores');
    for (const note of await readdir(notes)) await writeFile(path.join(notes, note), '{');
    const again = await deployment.run(['restore', 'users', '--into', 'noted']);
    expect(again.code).toBe(5);
    expect(again.stderr).toContain('is passed over');
    expect(again.stderr).toContain('--merge adds, and changes');
  });
});

describe('dcs restore, at its end', () => {
  const hoursAgo = (hours: number) => Date.now() - hours * 3_600_000;
  const session = (id: string, expiresMs: number): AttributeMap => ({
    id: { S: id },
    expires: { N: String(Math.round(expiresMs / 1_000)) },
  });

  test('time to live stays off while it would delete what was restored, until it is asked for', async () => {
    const deployment = await deploy(parts, 'timeToLive');
    await deployment.define({ ...definition, timeToLiveAttributeName: 'expires' });
    const [s1, s2, s3] = [session('s1', hoursAgo(3)), session('s2', hoursAgo(2)), session('s3', hoursAgo(-99))];
    await deployment.store([s1, s2, s3].map((after) => ({ after, atMs: hoursAgo(9) })));
    await deployment.store([
      { before: s1, atMs: hoursAgo(2.9) },
      { before: s2, atMs: hoursAgo(1.9) },
    ]);
    const args = ['restore', 'users', '--into', 'ttl-back', '--as-of', '5 hours ago', '--json'];
    const done = await deployment.run(args);
    expect(records(done.stdout)).toEqual([
      expect.objectContaining({ type: 'restore', expired: 2, left: 0, differences: 0 }),
      expect.objectContaining({ type: 'setting', setting: 'timeToLive', state: 'leftOff' }),
    ]);
    expect(done.code).toBe(3);
    expect(await describeTableDefinition('ttl-back', deployment.dynamoDb)).not.toHaveProperty(
      'timeToLiveAttributeName',
    );
    expect((await deployment.run([...args, '--time-to-live', 'on'])).code).toBe(0);
    expect(await describeTableDefinition('ttl-back', deployment.dynamoDb)).toMatchObject({
      timeToLiveAttributeName: 'expires',
    });
  });

  /** DynamoDB Local without its answers about continuous backups, which it does not have: those of a new table of AWS's. */
  async function withBackups(
    unavailableFor: number,
  ): Promise<{ endpoint: string; has: { days?: number }; stop: () => void }> {
    const has: { days?: number } = {};
    let left = unavailableFor;
    const { Agent, createServer, request: ask } = await import('node:http');
    const agent = new Agent();
    const server = createServer((request, response) => {
      const operation = String(request.headers['x-amz-target']).split('.')[1];
      const answer = (status: number, body: object) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
      };
      if (operation === 'DescribeContinuousBackups') {
        const PointInTimeRecoveryDescription =
          has.days === undefined
            ? { PointInTimeRecoveryStatus: 'DISABLED' }
            : { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: has.days };
        answer(200, { ContinuousBackupsDescription: { PointInTimeRecoveryDescription } });
        return;
      }
      if (operation === 'UpdateContinuousBackups' && left-- > 0) {
        answer(400, {
          __type: 'com.amazonaws.dynamodb.v20120810#ContinuousBackupsUnavailableException',
          message: 'Backups are being enabled for the table: back. Please retry later',
        });
        return;
      }
      if (operation === 'UpdateContinuousBackups') {
        has.days = 35;
        answer(200, {});
        return;
      }
      const { pathname } = new URL(request.url ?? '/', parts.dynamoDb.endpoint);
      const onward = ask(
        new URL(pathname, parts.dynamoDb.endpoint),
        { method: request.method, headers: request.headers, agent },
        (from) => {
          response.writeHead(from.statusCode ?? 500, from.headers);
          from.pipe(response);
        },
      );
      request.pipe(onward);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const stop = () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    };
    return { endpoint: `http://127.0.0.1:${port}`, has, stop };
  }

  test('a new table whose backups are not ready yet is waited for, and ends with everything set; so does the same command again', async () => {
    const deployment = await deploy(parts, 'notReady');
    const { createTable } = definition;
    await deployment.define({
      ...{ ...definition, createTable: { ...createTable, DeletionProtectionEnabled: true } },
      pointInTimeRecoveryDays: 35,
    });
    await deployment.store(inserts(3));
    const backups = await withBackups(2);
    try {
      const dynamoDb = { ...deployment.dynamoDb, endpoint: backups.endpoint };
      const env = { AWS_ENDPOINT_URL_DYNAMODB: backups.endpoint };
      const args = ['restore', 'users', '--into', 'back', '--json'];
      const done = await deployment.run(args, env);
      expect(done.code).toBe(0);
      expect(records(done.stdout).map(({ type, state }) => state ?? type)).toEqual(['restore', 'set', 'set', 'set']);
      expect(done.stderr).toContain('Backups are being enabled');
      const wanted = { pointInTimeRecoveryDays: 35, createTable: { DeletionProtectionEnabled: true } };
      expect(await describeTableDefinition('back', dynamoDb)).toMatchObject(wanted);
      backups.has.days = undefined; // as after a stop, seen from a machine that knows nothing of it
      const again = await deployment.run(args, { ...env, DCS_STATE_DIR: path.join(deployment.folder, 'elsewhere') });
      expect(again.code).toBe(0);
      expect(await describeTableDefinition('back', dynamoDb)).toMatchObject(wanted);
    } finally {
      backups.stop();
    }
  });

  test('items of many short numbers, 25 of which no call takes', async () => {
    const deployment = await deploy(parts, 'manyNumbers');
    const numbers = { L: Array.from({ length: 80_000 }, (_, n) => ({ N: String(n % 10) })) };
    const big = (id: number): AttributeMap => ({ id: { S: `big${id}` }, list: numbers });
    await deployment.store(Array.from({ length: 22 }, (_, id) => ({ after: big(id), atMs: at(0) })));
    const done = await deployment.run(['restore', 'users', '--into', 'big', '--on-demand', '--json']);
    expect(records(done.stdout)).toEqual([expect.objectContaining({ left: 0, differences: 0 })]);
    expect(done.code).toBe(0);
  });
});
