import { dynamoDbTable } from '../../aws/table';
import { s3ImageStore } from '../../aws/imageStore';
import { createVersionedBucket } from '../../local/aws/versionedBucket';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { backfillImage } from '../../core/image';
import { objectKeyOf } from '../../core/objectKey';
import { utc } from '../../core/units';
import {
  commandPartsOfFile,
  deploy,
  itemsOf,
  KEY_SCHEMA,
  LOCATION,
  records,
  type Deployment,
} from './support/commandParts';

const parts = commandPartsOfFile();

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A machine's clock, so far ahead of the right one. */
const ahead = (ms: number) => () => Date.now() + ms;
const SLOW = ahead(-10 * MINUTE_MS);
const FAST = ahead(DAY_MS);
const user = (id: string, name: string): AttributeMap => ({ id: { S: id }, name: { S: name } });
const minutesAgo = (minutes: number) => Math.floor((Date.now() - minutes * MINUTE_MS) / 1_000) * 1_000;
const sorted = (items: readonly AttributeMap[]) => items.map(canonicalItem).sort();
const restored = async (deployment: Deployment, name: string) => sorted(await itemsOf(deployment.table(name)));

const keyOf = (item: AttributeMap) => objectKeyOf(LOCATION, KEY_SCHEMA, { id: item.id! });
const s3Of = ({ env }: Deployment, bucket: string) => ({
  ...{ endpoint: parts.s3.endpoint, region: 'eu-west-1', bucket },
  credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: 'local' },
});

/** What happened in the last minutes: changed 8 minutes ago, made 7 minutes ago, deleted 6 minutes ago. */
async function lastMinutes(deployment: Deployment): Promise<void> {
  const [old, gone] = [user('changed', 'before'), user('gone', 'x')];
  await deployment.store([
    { after: user('still', 'same'), atMs: minutesAgo(60) },
    { after: old, atMs: minutesAgo(60) },
    { after: gone, atMs: minutesAgo(60) },
    { before: old, after: user('changed', 'after'), atMs: minutesAgo(8) },
    { after: user('new', 'x'), atMs: minutesAgo(7) },
    { before: gone, atMs: minutesAgo(6) },
  ]);
}
const NOW = sorted([user('still', 'same'), user('changed', 'after'), user('new', 'x')]);
const KEY = ['--partition-key', 'id:S'];

describe('with a clock that is 10 minutes slow', () => {
  test('a restore brings the newest state back, and the clock is named', async () => {
    const deployment = await deploy(parts, 'slowRestore');
    await lastMinutes(deployment);
    const { code, stdout, stderr } = await deployment.run(['restore', 'users', '--into', 'back', '--json'], {}, SLOW);
    expect(code).toBe(0);
    expect(await restored(deployment, 'back')).toEqual(NOW);
    expect(records(stdout)).toMatchObject([{ type: 'restore', asOf: null, left: 0, ahead: 0 }]);
    expect(stderr).toContain("This machine's clock is 10 min slow by S3's; times are S3's.");
    expect(stderr).toContain('Restoring users as the newest images say');
  });

  test('a right one is not named', async () => {
    const deployment = await deploy(parts, 'rightClock');
    await lastMinutes(deployment);
    const { code, stderr } = await deployment.run(['restore', 'users', '--into', 'back']);
    expect(code).toBe(0);
    expect(stderr).not.toContain('This machine');
  });

  test('diff goes up to the newest images', async () => {
    const deployment = await deploy(parts, 'slowDiff');
    await lastMinutes(deployment);
    const { code, stdout } = await deployment.run(['diff', 'users', '--from', '30m', '--json'], {}, SLOW);
    expect(code).toBe(3);
    expect(records(stdout).at(-1)).toMatchObject({
      to: null,
      counts: { same: 1, added: 1, changed: 1, removed: 1, unknown: 0 },
    });
  });

  test.each(['5 minutes ago', 'now'])('%s is so by the clock of S3', async (moment) => {
    const deployment = await deploy(parts, `slow${moment.replaceAll(/\W/g, '')}`);
    await lastMinutes(deployment);
    const { code } = await deployment.run(['restore', 'users', '--into', 'back', '--as-of', moment], {}, SLOW);
    expect(code).toBe(0);
    expect(await restored(deployment, 'back')).toEqual(NOW);
  });

  test('a time that is past for S3 is not refused as in the future', async () => {
    const deployment = await deploy(parts, 'slowAbsolute');
    await lastMinutes(deployment);
    const asOf = utc(minutesAgo(5));
    const { code } = await deployment.run(['restore', 'users', '--into', 'back', '--as-of', asOf], {}, SLOW);
    expect(code).toBe(0);
    expect(await restored(deployment, 'back')).toEqual(NOW);
  });
});

test('with a clock that is a day fast, a time in the future is one', async () => {
  const deployment = await deploy(parts, 'fastFuture');
  await lastMinutes(deployment);
  const asOf = utc(Math.floor(Date.now() / 1_000) * 1_000 + HOUR_MS);
  const { code, stderr } = await deployment.run(['restore', 'users', '--into', 'back', '--as-of', asOf], {}, FAST);
  expect(code).toBe(2);
  expect(stderr).toContain(`--as-of is "${asOf}"; that is ${asOf}, in the future (it is `);
});

test('a folder has no clock: how long ago is refused there, a time is not', async () => {
  const deployment = await deploy(parts, 'folderClock');
  await lastMinutes(deployment);
  const folder = `${deployment.folder}/copy`;
  expect(await deployment.run(['download', 'users', '--folder', folder], {}, FAST)).toMatchObject({ code: 0 });
  const restore = ['restore', 'users', '--into', 'back', '--copy', `folder:${folder}`, ...KEY];
  const refused = await deployment.run([...restore, '--as-of', '5 minutes ago']);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain('a folder has no clock of S3');
  const { code, stderr } = await deployment.run([...restore, '--as-of', utc(minutesAgo(5))], {}, SLOW);
  expect(code).toBe(0);
  expect(stderr).toContain("This machine's clock is 10 min slow by DynamoDB's; times are DynamoDB's.");
  expect(await restored(deployment, 'back')).toEqual(NOW);
});

describe('a moment', () => {
  const second = minutesAgo(20);
  const stored = async (name: string) => {
    const deployment = await deploy(parts, name);
    const source = s3ImageStore({ ...s3Of(deployment, deployment.bucket), largeImageStorageClass: 'STANDARD' });
    await deployment.store([
      { after: user('a', 'before'), atMs: second - 1_000 },
      { before: user('a', 'before'), after: user('a', 'within'), atMs: second },
    ]);
    await source.put(keyOf(user('b', '')), backfillImage(user('b', 'within'), second + 700));
    await source.put(keyOf(user('c', '')), backfillImage(user('c', 'after'), second + 1_000));
    return deployment;
  };

  test('without a fraction is its whole second', async () => {
    const deployment = await stored('wholeSecond');
    const { code, stdout } = await deployment.run([
      'restore',
      'users',
      '--into',
      'back',
      '--as-of',
      utc(second),
      '--json',
    ]);
    expect(code).toBe(3); // what began later with something already there is unknown
    expect(records(stdout)).toMatchObject([
      { type: 'left', objectKey: keyOf(user('c', '')) },
      { type: 'restore', asOf: utc(second + 999) },
    ]);
    expect(await restored(deployment, 'back')).toEqual(sorted([user('a', 'within'), user('b', 'within')]));
  });

  test('the second before is without it', async () => {
    const deployment = await stored('secondBefore');
    await deployment.run(['restore', 'users', '--into', 'back', '--as-of', utc(second - 1_000)]);
    expect(await restored(deployment, 'back')).toEqual(sorted([user('a', 'before')]));
  });

  test.each(['2013-01-01T00:00:00Z', '0001-01-01', '99999999999999 weeks ago'])(
    '%s is before capture began, and refused with the earliest one',
    async (moment) => {
      const deployment = await stored(`before${moment.replaceAll(/\W/g, '')}`);
      const sts = { AWS_ENDPOINT_URL_STS: parts.s3.endpoint };
      for (const command of [
        ['restore', 'users', '--into', 'back'],
        ['drill', 'users', '--without-live', '--report-folder', deployment.folder],
      ]) {
        const { code, stderr } = await deployment.run([...command, '--as-of', moment, ...KEY], sts);
        expect(code).toBe(2);
        expect(stderr).toContain(`--as-of is ${moment}; that is before anything of users was captured`);
        expect(stderr).toContain(`the earliest moment that can be restored is ${utc(second - 1_000)}`);
      }
      await expect(deployment.table('back').describe()).rejects.toThrow();
      expect(
        await deployment.run(['restore', 'users', '--into', 'back', '--as-of', utc(second - 1_000), ...KEY]),
      ).toMatchObject({ code: 3 });
    },
  );
});

/** A table with an item in the source account, and the source bucket, which replicates nothing. */
async function withTable(name: string) {
  const deployment = await deploy(parts, name);
  const source = s3Of(deployment, `${name}-source`.toLowerCase());
  await createVersionedBucket(source, source.bucket);
  const table = dynamoDbTable('users', { ...deployment.dynamoDb, region: 'eu-central-1' });
  await table.create({
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  await table.put(user('a', 'in the table'));
  const images = s3ImageStore({ ...source, largeImageStorageClass: 'STANDARD' });
  const restoreFromSource = async (into: string, ...more: string[]) => {
    const { code } = await deployment.run(['restore', 'users', '--copy', 'source', '--into', into, ...more]);
    return { code, items: await restored(deployment, into) };
  };
  return { deployment, images, env: { AWS_ENDPOINT_URL_STS: parts.s3.endpoint }, restoreFromSource };
}

/** Within minutes of now, not a day ahead. */
const nowish = (text: unknown) => Math.abs(Date.parse(String(text)) - Date.now()) < 10 * MINUTE_MS;

describe('by a machine that is a day fast', () => {
  test('a backfill is of the time of S3: the state of the next moment has it, and later changes win', async () => {
    const { deployment, images, restoreFromSource } = await withTable('fastBackfill');
    const { code, stderr } = await deployment.run(['backfill', 'users'], {}, FAST);
    expect(code).toBe(0);
    expect(stderr).toContain("This machine's clock is 1 d fast by S3's; times are S3's.");
    const { metadata } = await images.head(keyOf(user('a', '')));
    expect(nowish(metadata['dcs-time'])).toBe(true);
    expect(await restoreFromSource('back', '--as-of', 'now')).toEqual({
      code: 0,
      items: sorted([user('a', 'in the table')]),
    });
  });

  test('a repair and its report are of the time of S3', async () => {
    const { deployment, images, env, restoreFromSource } = await withTable('fastRepair');
    await images.put(keyOf(user('a', '')), backfillImage(user('a', 'stale'), minutesAgo(60)));
    const { stdout } = await deployment.run(['verify', 'users', '--repair', '--wait', '0s', '--json'], env, FAST);
    const report = records(stdout).find(({ type }) => type === 'verify');
    expect(report).toMatchObject({ repairs: { written: 1 } });
    expect([report?.startedAt, report?.endedAt].every(nowish)).toBe(true);
    const { metadata } = await images.head(keyOf(user('a', '')));
    expect(metadata['dcs-event']).toBe('REPAIR');
    expect(nowish(metadata['dcs-time'])).toBe(true);
    expect(await restoreFromSource('back')).toEqual({ code: 0, items: sorted([user('a', 'in the table')]) });
  });

  test('a drill is of the time of S3', async () => {
    const { deployment, env } = await withTable('fastDrill');
    await lastMinutes(deployment);
    const drill = ['drill', 'users', '--without-live', '--report-folder', deployment.folder, '--json'];
    const { code, stdout } = await deployment.run(drill, env, FAST);
    expect(code).toBe(0);
    const [report] = records(stdout);
    expect(report).toMatchObject({ items: 3, differences: 0 });
    expect([report?.asOf, report?.startedAt, report?.endedAt].every(nowish)).toBe(true);
  });
});

describe('an image that states a later time than S3 stored it', () => {
  const reason = expect.stringContaining('which is what counts') as string;
  const stored = async (name: string) => {
    const deployment = await deploy(parts, name);
    await deployment.store([
      { after: user('a', 'before'), atMs: minutesAgo(60) },
      { before: user('a', 'before'), after: user('a', 'ahead'), atMs: Date.now() + DAY_MS },
      { after: user('b', 'right'), atMs: minutesAgo(60) },
    ]);
    return deployment;
  };
  const objectKey = keyOf(user('a', ''));

  test.each([
    ['the newest state', []],
    ['that of now', ['--as-of', 'now']],
  ])('is in %s, and a restore lists it', async (_, asOf) => {
    const deployment = await stored(`ahead${asOf.length}`);
    const { code, stdout } = await deployment.run(['restore', 'users', '--into', 'back', ...KEY, '--json', ...asOf]);
    expect(code).toBe(0);
    expect(records(stdout)).toMatchObject([
      { type: 'ahead', objectKey, reason },
      { type: 'restore', ahead: 1, left: 0 },
    ]);
    expect(await restored(deployment, 'back')).toEqual(sorted([user('a', 'ahead'), user('b', 'right')]));
  });

  test('is a difference of history, verify and drill', async () => {
    const deployment = await stored('aheadNamed');
    const history = await deployment.run(['history', 'users', '--key', '{"id":"a"}', '--json']);
    expect(history.code).toBe(3);
    expect(records(history.stdout).at(-1)).toMatchObject({ type: 'history', ahead: 1, gaps: 0 });
    const verify = await deployment.run(['verify', 'users', '--in', 'destination', '--wait', '0s', '--json']);
    expect(verify.code).toBe(3);
    expect(records(verify.stdout)[0]).toMatchObject({ type: 'difference', class: 'ahead', objectKey, reason });
    const drill = ['drill', 'users', '--without-live', '--report-folder', deployment.folder, '--json'];
    const drilled = await deployment.run(drill, { AWS_ENDPOINT_URL_STS: parts.s3.endpoint });
    expect(drilled.code).toBe(3);
    expect(records(drilled.stdout)[0]).toMatchObject({ type: 'difference', kind: 'ahead', objectKey, reason });
  });
});
