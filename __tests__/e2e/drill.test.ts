import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { s3ReportStore } from '../../aws/reports';
import { dynamoDbScratchTables } from '../../aws/scratchTables';
import type { AwsSettings } from '../../aws/awsSettings';
import { dynamoDbTable } from '../../aws/table';
import { s3TextStore } from '../../aws/textStore';
import type { DrillReport } from '../../operations/drill/report';
import { realPause } from '../../operations/pace';
import { scheduledDrill } from '../../operations/drill/scheduledDrill';
import type { AttributeMap } from '../../core/attributeValue';
import { objectKeyOf } from '../../core/objectKey';
import { SCRATCH_TAG, scratchTableName } from '../../core/scratchTable';
import type { AccountServer } from '../../local/parts/account';
import { ACCESS_DENIED, SLOW_DOWN } from '../../local/parts/s3Faults';
import { commandPartsOfFile, deploy, KEY_SCHEMA, LOCATION, records, type Deployment } from './support/commandParts';
import { executableIn } from './support/executable';
import { interrupted } from './support/interrupted';
import type { Outcome } from '../support/outcome';
import { sharedAccount } from './support/servers/shared';

const parts = commandPartsOfFile();

const BEFORE_MS = Date.UTC(2026, 0, 5, 12);
const user = (id: number | string, name = `name ${id}`): AttributeMap => ({ id: { S: `u${id}` }, name: { S: name } });

/** The live table is in the source's region: a database of its own in DynamoDB Local. */
const inSource = ({ dynamoDb }: Deployment): AwsSettings => ({ ...dynamoDb, region: 'eu-central-1' });
const liveTable = (deployment: Deployment) => dynamoDbTable('users', inSource(deployment));

interface Drilled extends Deployment {
  readonly reports: string;
  /** Runs a drill in this process. */
  drill(...args: string[]): Promise<Outcome & { record: Record<string, unknown> | undefined }>;
  /** What a drill has left behind. */
  scratchTables(): Promise<string[]>;
  live(items: readonly AttributeMap[]): Promise<void>;
}

async function drillable(name: string): Promise<Drilled> {
  const deployment = await deploy(parts, name);
  const reports = path.join(deployment.folder, 'reports');
  await liveTable(deployment).create({
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  return {
    ...deployment,
    reports,
    async drill(...args) {
      const outcome = await deployment.run(['drill', 'users', '--json', '--report-folder', reports, ...args], {
        AWS_ENDPOINT_URL_STS: parts.s3.endpoint,
        AWS_MAX_ATTEMPTS: '2',
      });
      return { ...outcome, record: records(outcome.stdout).find(({ type }) => type === 'drill') };
    },
    scratchTables: () => dynamoDbScratchTables(deployment.dynamoDb).named('users-dcs-drill-'),
    async live(items) {
      for (const item of items) await liveTable(deployment).put(item);
    },
  };
}

/** The same items in the live table and in the copy. */
async function withItems(deployment: Drilled, items: readonly AttributeMap[]): Promise<void> {
  await deployment.store(items.map((after) => ({ after, atMs: BEFORE_MS })));
  await deployment.live(items);
}

const users = (count: number) => Array.from({ length: count }, (_, i) => user(i));

async function page(deployment: Drilled): Promise<string> {
  const name = (await readdir(deployment.reports)).find((file) => file.endsWith('.html'));
  return readFile(path.join(deployment.reports, name ?? ''), 'utf8');
}

/** Text of a page, without marks: what a reader sees. */
const textOf = (html: string) =>
  html
    .replace(/<style>[^]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

const bucketOf = (deployment: Deployment, name: string) => ({
  endpoint: parts.s3.endpoint,
  region: 'eu-west-1',
  credentials: deployment.dynamoDb.credentials,
  bucket: `${name.toLowerCase()}-destination`,
});

describe('dcs drill', () => {
  test('finds the live table the same, keeps the report in the bucket and on the disk, and leaves nothing behind', async () => {
    const deployment = await drillable('drillSame');
    await withItems(deployment, users(30));
    await deployment.store([{ before: user(30), atMs: BEFORE_MS }]);
    const { code, record, stderr } = await deployment.drill();
    expect(stderr).toContain('Drilling users as of');
    expect(code).toBe(0);
    expect(record).toMatchObject({
      ...{ table: 'users', verdict: 'same', comparedWith: 'live table', items: 30, differences: 0, sample: null },
      counts: { restored: 30, absent: 1, compared: 30, changedAfter: 0, late: 0 },
      ranBy: expect.stringMatching(/^arn:aws:/) as unknown,
    });
    expect(await deployment.scratchTables()).toEqual([]);

    const kept = await s3ReportStore(bucketOf(deployment, 'drillSame'), LOCATION).newest('drill');
    const file = (await readdir(deployment.reports)).find((name) => name.endsWith('.json')) ?? '';
    expect(kept?.text).toBe(await readFile(path.join(deployment.reports, file), 'utf8'));
    const html = await page(deployment);
    expect(textOf(html)).toContain('The restored table is the live table. 30 items as of');
    expect(textOf(html)).toContain('Items restored 30 (');
    expect(textOf(html)).toContain('Differences 0');
    expect(html).toContain(String(record?.sha256));
    const keptPage = await s3TextStore(bucketOf(deployment, 'drillSame')).read(
      (kept?.objectKey ?? '').replace(/json$/, 'html'),
    );
    expect(keptPage).toBe(html);
    const ofTables = await s3TextStore(bucketOf(deployment, 'drillSame')).read('=dcs/=all/drill/index.html');
    expect(textOf(ofTables ?? '')).toContain('1 of 1 table came back without a difference, within the targets.');
    expect(stderr).toContain('s3://drillsame-destination/=dcs/=all/drill/index.html');
  });

  test('is not misled by a table that changes all the time, nor by images that arrive late', async () => {
    const deployment = await drillable('drillLoad');
    await withItems(deployment, users(20));
    // Changed before the drill begins; its image arrives while the drill is comparing.
    const late = user(3, 'late');
    await deployment.live([late]);
    const lateAtMs = Date.now();
    let [isOver, arrived] = [false, false];
    const load = (async () => {
      for (let round = 0; !isOver; round++) {
        const [before, after] = [user(7, round === 0 ? 'name 7' : `round ${round - 1}`), user(7, `round ${round}`)];
        await deployment.live([after, user(`new${round}`)]);
        const atMs = Date.now();
        await deployment.store([
          { before, after, atMs },
          { after: user(`new${round}`), atMs },
        ]);
        const hasScratch = (await deployment.scratchTables()).length > 0;
        if (!hasScratch || arrived || round < 5) continue;
        arrived = true;
        await deployment.store([{ before: user(3), after: late, atMs: lateAtMs }]);
      }
    })();
    const { code, record } = await deployment.drill('--wait', '5m').finally(() => (isOver = true));
    await load;
    expect(record).toMatchObject({ verdict: 'same', differences: 0 });
    expect(code).toBe(0);
  });

  test('finds what is wrong with the copy, says the keys, and escapes them on the page', async () => {
    const deployment = await drillable('drillWrong');
    const hostile = user('<script>alert(1)</script>');
    await withItems(deployment, users(10));
    await deployment.live([hostile, user('lost'), user(1, 'not what the image says')]);
    await deployment.store([{ after: user('never there'), atMs: BEFORE_MS }]);
    const damaged = objectKeyOf(LOCATION, KEY_SCHEMA, { id: hostile.id! });
    await s3TextStore(bucketOf(deployment, 'drillWrong')).write(damaged, '<script>alert(2)</script>');

    const { code, stdout, record } = await deployment.drill('--wait', '1s');
    expect(code).toBe(3);
    expect(record).toMatchObject({ verdict: 'differences', differences: 4, items: 11 });
    const found = records(stdout).filter(({ type }) => type === 'difference');
    expect(new Map(found.map(({ objectKey, kind }) => [objectKey, kind]))).toEqual(
      new Map([
        ['users/ulost/image.json', 'missing'],
        ['users/u1/image.json', 'different'],
        ['users/unever%20there/image.json', 'extra'],
        [damaged, 'unreadable'],
      ]),
    );
    const html = await page(deployment);
    expect(html).not.toContain('<script');
    expect(textOf(html)).toContain('4 items differ. 11 items as of');
    expect(textOf(html)).toContain('users/u1/image.json');
    expect(await deployment.scratchTables()).toEqual([]);
  });

  test('drills a sample', async () => {
    const deployment = await drillable('drillSample');
    await withItems(deployment, users(40));
    const { code, record } = await deployment.drill('--sample', '7');
    expect(code).toBe(0);
    expect(record).toMatchObject({ items: 7, sample: 7, sampledFrom: 40, counts: { restored: 7, compared: 7 } });
    expect(textOf(await page(deployment))).toContain('Drawn at random 7 of 40 objects');
  });

  test('leaves archived items out, counts them, and does not call them compared', async () => {
    const deployment = await drillable('drillArchived');
    const large = user('large', 'x'.repeat(200_000));
    await deployment.store([{ after: large, atMs: BEFORE_MS }], 'GLACIER');
    await deployment.live([large]);
    const { code, stderr } = await deployment.drill();
    expect(code).toBe(4);
    expect(stderr).toContain('the images of all 1 items are archived');
    await withItems(deployment, users(4));
    const { record, ...outcome } = await deployment.drill();
    expect(outcome.code).toBe(0);
    expect(record).toMatchObject({ items: 4, differences: 0, counts: { archived: 1, compared: 4 } });
    expect(textOf(await page(deployment))).toContain('1 item was left out: the images are in an archive class');
    expect(await deployment.scratchTables()).toEqual([]);
  });

  test('without the live table says so, on the page too; that it cannot be read is exit code 4 before anything is made', async () => {
    const deployment = await drillable('drillLost');
    await withItems(deployment, users(5));
    await liveTable(deployment).drop();
    const lost = await deployment.drill();
    expect(lost.code).toBe(4);
    expect(lost.stderr).toContain('--without-live');
    expect(await readdir(deployment.reports)).toEqual([]);
    const { code, record } = await deployment.drill('--without-live');
    expect(code).toBe(0);
    expect(record).toMatchObject({ verdict: 'same', comparedWith: 'plan', liveTable: null, items: 5 });
    expect(textOf(await page(deployment))).toContain('Not compared with the live table');
    const nothing = await deployment.drill('--without-live', '--as-of', '2020-01-01T00:00:00Z');
    expect(nothing).toMatchObject({ code: 2, record: undefined });
    expect(nothing.stderr).toContain(
      'that is before anything of users was captured: the earliest moment that can be restored is',
    );
  });

  test('keeps its report in the bucket when the disk takes none', async () => {
    const deployment = await drillable('drillNoDisk');
    await withItems(deployment, users(5));
    parts.s3.faults = ({ objectKey }) => {
      if (objectKey.endsWith('image.json')) rmSync(deployment.reports, { recursive: true, force: true });
      return undefined;
    };
    const { code, stderr } = await deployment.drill();
    expect(code).toBe(1);
    const where = 's3://drillnodisk-destination/=dcs/users/drill/';
    expect(stderr).toContain(`the drill ended with the verdict "same", and its report is in ${where}`);
    expect(stderr).toContain(`but the report in ${deployment.reports} cannot be written: ENOENT`);
    const reports = s3ReportStore(bucketOf(deployment, 'drillNoDisk'), LOCATION);
    expect(JSON.parse((await reports.newest('drill'))?.text ?? '{}')).toMatchObject({ verdict: 'same' });
  });

  test('removes the scratch table after a failure in the middle', async () => {
    const deployment = await drillable('drillFails');
    await withItems(deployment, users(60));
    let [gets, hadScratch] = [0, false];
    parts.s3.faults = ({ method, objectKey }) => {
      if (method !== 'GET' || !objectKey.endsWith('image.json') || gets++ < 30) return undefined;
      if (gets > 31) return SLOW_DOWN;
      return { kind: 'hold', until: deployment.scratchTables().then((names) => (hadScratch = names.length > 0)) };
    };
    const { code, stderr } = await deployment.drill();
    expect(code).toBe(4);
    expect(stderr).toContain('SlowDown');
    expect(hadScratch).toBe(true);
    expect(await deployment.scratchTables()).toEqual([]);
  });

  test('removes the scratch table after Ctrl-C', async () => {
    const deployment = await drillable('drillStopped');
    await withItems(deployment, users(100));
    const executable = await executableIn(deployment.folder);
    const args = ['drill', 'users', '--report-folder', deployment.reports];
    const env = { ...deployment.env, AWS_ENDPOINT_URL_STS: parts.s3.endpoint };
    const child = spawn(process.execPath, [executable, ...args], { env });
    let gets = 0;
    let noticed: Promise<void> | undefined;
    parts.s3.faults = ({ method, objectKey }) => {
      if (method !== 'GET' || !objectKey.endsWith('image.json') || ++gets < 40) return undefined;
      return { kind: 'hold', until: (noticed ??= interrupted(child)) };
    };
    const errors: string[] = [];
    child.stderr.on('data', (text: Buffer) => errors.push(text.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(errors.join('')).toContain('Removing the scratch table.');
    expect(code).toBe(130);
    expect(await deployment.scratchTables()).toEqual([]);
  });
});

describe('the drill of the schedule', () => {
  const said: string[] = [];
  const scheduled = (deployment: Drilled, name: string, signal = new AbortController().signal) => {
    const { dynamoDb } = deployment;
    const sts = { endpoint: parts.s3.endpoint, region: 'eu-west-1', credentials: dynamoDb.credentials };
    return scheduledDrill({
      table: { ...LOCATION, configuredKeys: { keySchema: KEY_SCHEMA, keyTypes: { id: 'S' } } },
      ...{ sampleItemCount: 5, waitMs: 500, signal, nowMs: Date.now, pause: realPause, say: (text) => said.push(text) },
      destination: { region: 'eu-west-1', s3: bucketOf(deployment, name), dynamoDb, sts },
      live: { name: 'users in 111111111111', dynamoDb: inSource(deployment) },
      aims: {},
      scope: { sourceAccountId: '111111111111', sourceRegion: 'eu-central-1' },
    });
  };
  const newest = async (deployment: Drilled, name: string) =>
    JSON.parse(
      (await s3ReportStore(bucketOf(deployment, name), LOCATION).newest('drill'))?.text ?? '{}',
    ) as Partial<DrillReport>;

  test('keeps its report, and fails where somebody has to look: at differences, and at a live table that is gone', async () => {
    const deployment = await drillable('drillSchedule');
    await withItems(deployment, users(12));
    // The pages that list drills are no reason to ring: the report is kept.
    parts.s3.faults = ({ method, objectKey }) =>
      method === 'PUT' && objectKey.endsWith('index.html') ? ACCESS_DENIED : undefined;
    expect(await scheduled(deployment, 'drillSchedule')).toMatchObject({ verdict: 'same', items: 5, sample: 5 });
    expect(said).toEqual([
      expect.stringMatching(/^The page that lists all drills of users could not be written: /),
      expect.stringMatching(/^The page that lists the last drill of every table could not be written: /),
    ]);
    parts.s3.faults = () => undefined;
    expect(await newest(deployment, 'drillSchedule')).toMatchObject({ verdict: 'same', sampledFrom: 12 });

    for (const { id } of users(12)) await liveTable(deployment).delete({ id: id! });
    await expect(scheduled(deployment, 'drillSchedule')).rejects.toThrow(
      /5 differences\. Its report is s3:\/\/drillschedule-destination\/=dcs\/users\/drill\/.*html/,
    );
    expect(await newest(deployment, 'drillSchedule')).toMatchObject({ differencesByKind: { extra: 5 } });

    await liveTable(deployment).drop();
    await expect(scheduled(deployment, 'drillSchedule')).rejects.toThrow(
      'there is no live table users in 111111111111',
    );
    expect(await newest(deployment, 'drillSchedule')).toMatchObject({
      verdict: 'same',
      comparedWith: 'plan',
      items: 5,
    });
    expect(await deployment.scratchTables()).toEqual([]);
  });

  test('that runs out of time says so, and removes its table', async () => {
    const deployment = await drillable('drillSlow');
    await withItems(deployment, users(12));
    const ending = new AbortController();
    parts.s3.faults = ({ method, objectKey }) => {
      if (method === 'GET' && objectKey.endsWith('image.json')) ending.abort(new Error('the time is over'));
      return undefined;
    };
    await expect(scheduled(deployment, 'drillSlow', ending.signal)).rejects.toThrow('the time is over');
    expect(await deployment.scratchTables()).toEqual([]);
  });
});

describe('scratch tables that a killed drill has left', () => {
  let account: AccountServer;
  beforeAll(async () => {
    // DynamoDB Local has no tags.
    account = await sharedAccount('111111111111', 'eu-west-1');
  });
  afterAll(() => account.stop());

  test('are removed a day later when their tag says so; younger ones and those of somebody else are named and stay', async () => {
    const deployment = await drillable('drillLeftover');
    await withItems(deployment, users(3));
    const target = { endpoint: account.endpoint, region: 'eu-west-1', credentials: deployment.dynamoDb.credentials };
    const tables = dynamoDbScratchTables(target);
    const [old, young, foreign] = [
      scratchTableName('users', Date.UTC(2026, 0, 1)),
      scratchTableName('users', Date.now() - 60_000),
      scratchTableName('users', Date.UTC(2026, 0, 2)),
    ];
    const make = (name: string, tag?: string) => makeTable(target, name, tag);
    await make(old, 'users');
    await make(young, 'users');
    await make(foreign);
    await make('users-dcs-drill-of-mine', 'users');
    const { code, stderr } = await deployment.drill(
      ...['--without-live', '--target-endpoint', `dynamodb=${account.endpoint}`],
    );
    expect(code).toBe(0);
    expect(stderr).toContain(`Removed the scratch table ${old} of a drill that was killed.`);
    expect(stderr).toContain(`aws dynamodb delete-table --region eu-west-1 --table-name ${young}`);
    expect(stderr).toContain(`The table ${foreign} has the name of a scratch table and not its tag ${SCRATCH_TAG}`);
    expect((await tables.named('users-dcs-drill-')).sort()).toEqual([young, foreign, 'users-dcs-drill-of-mine'].sort());
  });
});

async function makeTable(settings: AwsSettings, name: string, tag?: string): Promise<void> {
  await dynamoDbTable(name, settings).create({
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    ...(tag !== undefined && { Tags: [{ Key: SCRATCH_TAG, Value: tag }] }),
  });
}
