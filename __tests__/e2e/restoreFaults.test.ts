import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { s3BatchFiles } from '../../aws/batchFiles';
import { s3BatchJobs } from '../../aws/batchJobs';
import { describeTableDefinition } from '../../aws/tableDefinition';
import type { AttributeMap } from '../../core/attributeValue';
import { objectKeyOf } from '../../core/objectKey';
import { bucketsOverS3 } from '../../local/aws/batchBuckets';
import { startBatchEndpoint } from '../../local/batchOperations/endpoint';
import { BatchOperationsStandIn } from '../../local/batchOperations/standIn';
import { SLOW_DOWN } from '../../local/parts/s3Faults';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { askingBack } from '../../operations/restore/askBack';
import { outcomeOf } from '../support/outcome';
import {
  commandPartsOfFile,
  deploy,
  itemsOf,
  KEY_SCHEMA,
  LOCATION,
  records,
  type Deployment,
} from './support/commandParts';
import { executableIn } from './support/executable';
import { interrupted } from './support/interrupted';
import { at, definition, hoursAgo, inserts, restored, session, sorted, user } from './support/restoring';

const parts = commandPartsOfFile();

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
    const another = user(3, 'x'.repeat(200_000));
    await deployment.store([{ after: another, atMs: at(0) }], 'GLACIER');
    expect(await askedBackByJob(deployment, objectKeyOf(LOCATION, KEY_SCHEMA, { id: another.id! }))).toBe('readable');
    expect(await deployment.run([...args, '--thaw'])).toMatchObject({ code: 0 });
    expect(await restored(deployment, 'thawed')).toEqual(sorted([large, user(2), another]));
  });
});

/** Has a job of S3 Batch Operations ask for one image: its manifest, its report and what it asks for are S3's. */
async function askedBackByJob({ bucket, dynamoDb: { region, credentials } }: Deployment, objectKey: string) {
  const s3 = { region, credentials, endpoint: parts.s3.endpoint };
  const { endpoint, ...server } = await startBatchEndpoint(new BatchOperationsStandIn(bucketsOverS3(s3)));
  try {
    const source = s3ImageSource({ ...s3, bucket, prefix: '' });
    const thaw = { tier: 'Standard', days: 3 } as const;
    const batch = {
      jobs: s3BatchJobs({
        ...{ region, credentials, endpoint, accountId: '222222222222', bucketArn: `arn:aws:s3:::${bucket}` },
      }),
      files: s3BatchFiles({ ...s3, bucket }),
      ...{ folder: 'thaws/users/', description: 'dcs thaw users' },
      ...{ roleArn: 'arn:aws:iam::222222222222:role/dcs-engine-thaw', operation: { do: 'restore', ...thaw } as const },
      ...{ signal: new AbortController().signal, pause: () => Promise.resolve() },
    };
    const askBack = askingBack(source.archive!, thaw, { batch, bucket, from: 0 });
    const version = (await source.history(objectKey))!.versions[0]!;
    await askBack.add(version);
    expect(await askBack.end()).toEqual([]);
    return await source.archive!.state(version);
  } finally {
    await server.stop();
  }
}

describe('dcs restore, at its end', () => {
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
