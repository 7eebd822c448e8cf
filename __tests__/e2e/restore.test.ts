import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dynamoDbTable } from '../../aws/table';
import { describeTableDefinition } from '../../aws/tableDefinition';
import { commandPartsOfFile, deploy, itemsOf, records, type Deployment } from './support/commandParts';
import { expectDamagedRefused, refusedBecause } from './support/damagedPlans';
import { at, definition, everyType, inserts, restored, sorted, user } from './support/restoring';

const parts = commandPartsOfFile();

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

  test('a plan file that was altered or cut, or is for something else, writes nothing', async () => {
    const deployment = await deploy(parts, 'damagedPlan');
    await deployment.store([
      { after: user(1), atMs: at(0) },
      { before: user(1), after: user(1, 'broken'), atMs: at(10) },
      { after: user(2), atMs: at(10) },
    ]);
    const make = () => deployment.run(['restore', 'users', '--into', 'live']);
    await make();
    const plan = path.join(deployment.folder, 'plan.jsonl');
    const mirror = ['--as-of', '2026-01-05T12:05:00Z', '--mirror', '--dry-run', '--plan', plan];
    await deployment.run(['restore', 'users', '--into', 'live', ...mirror]);
    const carriedOut = async (file: string, into = 'live') => {
      const { code, stderr } = await deployment.run(['restore', 'users', '--into', into, '--plan', file, '--yes']);
      return { code, stderr };
    };
    await expectDamagedRefused(plan, carriedOut);
    expect(await carriedOut(plan, 'others')).toEqual(refusedBecause('for the table live, not for others'));
    const revert = ['revert', 'users', '--into', 'live', '--target', 'destination', '--plan', plan, '--yes'];
    expect(await deployment.run(revert)).toMatchObject(refusedBecause('is a plan of dcs restore'));
    const live = sorted([user(1, 'broken'), user(2)]);
    expect(await restored(deployment, 'live')).toEqual(live);
    await deployment.table('live').drop();
    expect(await carriedOut(plan)).toEqual(refusedBecause('it has been deleted since'));
    await make();
    expect(await carriedOut(plan)).toEqual(refusedBecause('it has been made again since'));
    expect(await restored(deployment, 'live')).toEqual(live);
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
});
