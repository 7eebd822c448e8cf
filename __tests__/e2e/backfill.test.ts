import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { createVersionedBucket } from '../../local/aws/versionedBucket';
import { BATCH_WRITE_ITEMS, dynamoDbTable } from '../../aws/table';
import { s3Client } from '../../aws/s3Client';
import { s3TextStore } from '../../aws/textStore';
import type { AttributeMap } from '../../core/attributeValue';
import { inParallel } from '../../core/inParallel';
import { keysOf } from '../../core/objectKey';
import { changed, order, seededRandom, user } from '../../local/demo/workload';
import type { LocalRun } from '../../local/localRun';
import type { LocalTable } from '../../local/localTable';
import { TableExportStandIn } from '../../local/engine/tableExport';
import { startDynamoDbGateway } from '../../local/sandbox/dynamoDbGateway';
import { ACCESS_DENIED, RESET_AFTER, SLOW_DOWN, type Faults } from '../../local/parts/s3Faults';
import type { S3Request } from '../../local/parts/s3Request';
import { records } from './support/commandParts';
import { dcsOnRun, startTableLike, type DcsOnRun } from './support/dcsOnRun';
import { expectConverged, folded, imagesIn, objectKeyIn } from './support/deployment';
import { eachTestHasItsTable } from './support/ownTable';
import { PATIENT } from './support/patient';
import { underLoad, type Load } from './support/underLoad';

/** A table of each test's own: the stream has not shown what was put while S3 was away, for its batches were parked. */
let run: LocalRun;
let users: LocalTable;
let dcs: DcsOnRun;
eachTestHasItsTable((own) => ({ run, users, dcs } = own));
const name = () => users.deployed.tableName;
const drained = async (table = users) => {
  await table.pump.drained();
  await run.replication.drained();
};

const isImagePut = ({ method, objectKey }: S3Request) => method === 'PUT' && objectKey.endsWith('/image.json');
const isBackfillPut = (request: S3Request) => isImagePut(request) && request.headers['if-none-match'] === '*';

/** Puts items into a table, of which capture stores nothing. */
async function itemsFromBefore(captured: LocalTable, items: readonly AttributeMap[]): Promise<void> {
  run.source.gateway.faults = (request) => (isImagePut(request) ? ACCESS_DENIED : undefined);
  const batches = Array.from({ length: Math.ceil(items.length / BATCH_WRITE_ITEMS) }, (_, i) =>
    items.slice(i * BATCH_WRITE_ITEMS, (i + 1) * BATCH_WRITE_ITEMS),
  );
  await inParallel(batches, 4, (batch) => captured.table.putBatch(batch));
  await captured.pump.drained();
  run.source.gateway.faults = () => undefined;
  expect((await imagesIn(run.source, captured.deployed.tableName)).size).toBe(0);
}

const usersOf = (count: number) => {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, n) => user(n, random));
};
const report = (stdout: string) => records(stdout).find(({ type }) => type === 'backfill');

/** Changes, deletes, new items. */
function writing({ table, deployed, pump }: LocalTable, items: readonly AttributeMap[], seed: number): Load {
  const random = seededRandom(seed);
  return underLoad(50, async (writes) => {
    const item = items[random(items.length)]!;
    if (random(3) === 0) await table.delete(keysOf(deployed.keySchema, item));
    else await table.put(changed(item, random));
    if (writes % 5 === 0) await pump.drained(); // as fast as capture can follow
  });
}

test('a table that is written to: whatever happens between, the newest image of each item is the item', async () => {
  const items = usersOf(700);
  await itemsFromBefore(users, items.slice(0, 600));
  // The other 500 are the backfill's alone: they outlast its four interrupted runs, however much is captured meanwhile.
  const load = writing(users, items.slice(500), 3);
  try {
    await killAndContinue();
  } finally {
    await load.stop();
  }
  await drained();
  await expectConverged(run, users);

  // Once more there is nothing to do, and hardly anything to ask.
  let conditionalPuts = 0;
  run.source.gateway.faults = (request) => {
    if (isBackfillPut(request)) conditionalPuts += 1;
    return undefined;
  };
  const again = report((await dcs.run(['backfill', name(), '--json'])).stdout);
  expect(again).toMatchObject({ written: 0, failed: 0, alreadyThere: again?.read });
  expect(conditionalPuts).toBe(0);
});

async function killAndContinue(): Promise<void> {
  // Killed three times, wherever it has got to, and once stopped by Ctrl-C.
  const random = seededRandom(11);
  for (const signal of ['SIGKILL', 'SIGINT', 'SIGKILL', 'SIGKILL'] as const) {
    const { child, ended } = dcs.start(['backfill', name(), '--segments', '3', '--json']);
    // Requests of the one that was killed before may still come, until this one lists what is there.
    let [putsUntilKill, isOurs] = [10 + random(60), false];
    run.source.gateway.faults = (request) => {
      isOurs ||= request.query.has('list-type');
      if (isOurs && isBackfillPut(request) && --putsUntilKill === 0) child.kill(signal);
      return undefined;
    };
    const { code, stderr } = await ended;
    expect(code).toBe(signal === 'SIGINT' ? 130 : null);
    if (signal === 'SIGINT') expect(stderr).toContain('Until then: ');
  }
  run.source.gateway.faults = () => undefined;
  const { code, stderr } = await dcs.run(['backfill', name(), '--json']);
  expect({ code, stderr }).toMatchObject({ code: 0 });
}

test('an item that is deleted between its read and its image stays deleted', async () => {
  const items = usersOf(40);
  await itemsFromBefore(users, items);
  const victim = items[17]!;
  const victimKey = objectKeyIn(users, victim);
  let isTombstoneThere = false;
  let deleting: Promise<void> | undefined;
  run.source.gateway.faults = (request) => {
    if (request.objectKey !== victimKey || !isBackfillPut(request)) return undefined;
    deleting ??= users.table
      .delete(keysOf(users.deployed.keySchema, victim))
      .then(() => users.pump.drained())
      .then(() => void (isTombstoneThere = true));
    return isTombstoneThere ? undefined : SLOW_DOWN;
  };
  const { code, stdout } = await dcs.run(['backfill', name(), '--json']);
  await deleting;
  expect(code).toBe(0);
  expect(report(stdout)).toMatchObject({ read: 40, written: 39, alreadyThere: 1 });
  const images = await imagesIn(run.source, name());
  expect(images.get(victimKey)?.map(({ header }) => header.event)).toEqual(['REMOVE']);
  await expectConverged(run, users);
});

test('awkward types and keys, and the definition that a restore needs', async () => {
  const orders = await startTableLike(run, 'orders', 'awkward');
  const random = seededRandom(5);
  await itemsFromBefore(
    orders,
    Array.from({ length: 60 }, (_, n) => order(n, random)),
  );
  const ofOrders = await dcsOnRun(run, orders);
  const { code, stdout } = await ofOrders.run(['backfill', 'awkward', '--json']);
  expect(code).toBe(0);
  expect(report(stdout)).toMatchObject({ read: 60, written: 60, tableDefinition: 'written' });
  expect(report((await ofOrders.run(['backfill', 'awkward', '--json'])).stdout)?.tableDefinition).toBe('unchanged');
  await drained(orders);
  await expectConverged(run, orders);
  await orders.stop();
  expect(await s3TextStore(run.destination).read('awkward/table.json')).toContain('"orderedAt"');
  await ofOrders.remove();
});

describe('when S3 fails', () => {
  const conflict = { kind: 'error', statusCode: 409, code: 'ConditionalRequestConflict' } as const;
  const faultsOf = {
    'throttling, and connections that break after': () => firstPutsFail([SLOW_DOWN, RESET_AFTER, SLOW_DOWN]),
    'a conflict of conditional writes': () => firstPutsFail([conflict, conflict]),
  };

  /** Each item's first puts fail, however many connections they come over: a random fault could fail all of one item's. */
  function firstPutsFail(answers: readonly ReturnType<Faults>[]): Faults {
    const putsOf = new Map<string, number>();
    return (request) => {
      if (!isBackfillPut(request)) return undefined;
      const put = putsOf.get(request.objectKey) ?? 0;
      putsOf.set(request.objectKey, put + 1);
      return answers[put];
    };
  }

  test.each(Object.entries(faultsOf))('%s: every item has its image all the same', async (_, faults) => {
    await itemsFromBefore(users, usersOf(60));
    run.source.gateway.faults = faults();
    const { code, stdout, stderr } = await dcs.run(['backfill', name(), '--json']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { read, written, alreadyThere } = report(stdout) as Record<string, number>;
    expect([read, written! + alreadyThere!]).toEqual([60, 60]);
    run.source.gateway.faults = () => undefined;
    await drained();
    await expectConverged(run, users);
  });

  test('an item that S3 refuses is listed by its key, and the exit code says so', async () => {
    const items = usersOf(30);
    await itemsFromBefore(users, items);
    const refused = objectKeyIn(users, items[4]!);
    run.source.gateway.faults = ({ method, objectKey }) =>
      method === 'PUT' && objectKey === refused ? ACCESS_DENIED : undefined;
    const first = await dcs.run(['backfill', name(), '--json']);
    expect(first.code).toBe(3);
    expect(report(first.stdout)).toMatchObject({ read: 30, written: 29, failed: 1 });
    const reason = expect.stringContaining('AccessDenied') as string;
    expect(records(first.stdout)).toContainEqual({ type: 'failed', table: name(), keys: { id: items[4]!.id }, reason });
    run.source.gateway.faults = () => undefined;
    const second = await dcs.run(['backfill', name(), '--json']);
    expect(second.code).toBe(0);
    expect(report(second.stdout)).toMatchObject({ written: 1, alreadyThere: 29 });
  });

  test('credentials that expire halfway end it, and the same command continues', async () => {
    await itemsFromBefore(users, usersOf(200));
    let puts = 0;
    run.source.gateway.faults = (request) =>
      isBackfillPut(request) && ++puts > 80 ? { kind: 'error', statusCode: 400, code: 'ExpiredToken' } : undefined;
    const expired = await dcs.run(['backfill', name()]);
    expect(expired.code).toBe(4);
    expect(expired.stderr).toContain('the credentials have expired; get new ones and run again');
    run.source.gateway.faults = () => undefined;
    const { stdout } = await dcs.run(['backfill', name(), '--json']);
    expect(report(stdout)).toMatchObject({ read: 200, written: 120, alreadyThere: 80 });
  });
});

describe('from an export', () => {
  const folder = 'some/prefix/AWSDynamoDB/01-abc';

  async function putExport(items: readonly AttributeMap[], exportTimeMs: number, more: Record<string, unknown> = {}) {
    const { region, endpoint, credentials } = run.source;
    const s3 = { region, endpoint, credentials };
    await createVersionedBucket(s3, 'exports').catch(() => undefined);
    const client = s3Client({ ...s3, attempts: PATIENT });
    const put = (file: string, body: Buffer | string) =>
      client.send(new PutObjectCommand({ Bucket: 'exports', Key: `${folder}/${file}`, Body: Buffer.from(body) }));
    const md5 = (bytes: Buffer | string) => createHash('md5').update(bytes).digest('base64');
    const halves = [items.slice(0, items.length / 2), items.slice(items.length / 2), []];
    const lines = [];
    for (const [i, half] of halves.entries()) {
      const bytes = gzipSync(half.map((Item) => `${JSON.stringify({ Item })}\n`).join(''));
      await put(`data/f${i}.json.gz`, bytes);
      const dataFileS3Key = `${folder}/data/f${i}.json.gz`;
      lines.push(`${JSON.stringify({ itemCount: half.length, md5Checksum: md5(bytes), etag: 'x', dataFileS3Key })}\n`);
    }
    const summary = JSON.stringify({
      tableArn: arnOf(name()),
      exportTime: new Date(exportTimeMs).toISOString(),
      itemCount: items.length,
      outputFormat: 'DYNAMODB_JSON',
      exportType: 'FULL_EXPORT',
      ...more,
    });
    for (const [part, text] of [
      ['summary', summary],
      ['files', lines.join('')],
    ] as const) {
      await put(`manifest-${part}.json`, text);
      await put(`manifest-${part}.md5`, md5(text));
    }
    return put;
  }

  /** As DynamoDB Local calls it. */
  const arnOf = (tableName: string) => `arn:aws:dynamodb:ddblocal:000000000000:table/${tableName}`;
  const args = () => ['backfill', name(), '--from-export', `s3://exports/${folder}`, '--json'];

  test('what changed since the export stays as it is, and the rest gets images of that moment', async () => {
    const items = usersOf(80);
    await itemsFromBefore(users, items);
    const exportTimeMs = Date.now();
    await putExport(items, exportTimeMs);
    await users.table.put({ ...items[1]!, note: { S: 'changed after the export' } });
    await users.table.delete(keysOf(users.deployed.keySchema, items[2]!));
    await drained();
    const { code, stdout } = await dcs.run(args());
    expect(code).toBe(0);
    expect(report(stdout)).toMatchObject({ from: `s3://exports/${folder}`, read: 80, written: 78, alreadyThere: 2 });
    const [image] = (await imagesIn(run.source, name())).get(objectKeyIn(users, items[5]!))!;
    expect(image!.header).toMatchObject({ event: 'BACKFILL', changedAtMs: exportTimeMs });
    await drained();
    await expectConverged(run, users);
  });

  test('a damaged one, an incremental one, those of other tables and one from before the stream are refused', async () => {
    const items = usersOf(20);
    await itemsFromBefore(users, items);
    const put = await putExport(items, Date.now());
    await put('data/f1.json.gz', gzipSync('{"Item":{"id":{"S":"forged"}}}\n'));
    const refusals = [await dcs.run(args())];
    await putExport(items, Date.now(), { exportType: 'INCREMENTAL_EXPORT' });
    refusals.push(await dcs.run(args()));
    await putExport(items, Date.now(), { tableArn: arnOf('orders') });
    refusals.push(await dcs.run(args()));
    await putExport(items, Date.now(), { tableArn: arnOf(name()).replace('000000000000', '111111111111') });
    refusals.push(await dcs.run(args()));
    await putExport(items, Date.now() - 3_600_000);
    refusals.push(await dcs.run(args()));

    expect(refusals.map(({ code }) => code)).toEqual([5, 5, 5, 5, 5]);
    const words = ['f1.json.gz has', 'INCREMENTAL_EXPORT', 'of the table orders', ':111111111111:table'];
    for (const [i, each] of [...words, '--allow-gap'].entries()) expect(refusals[i]!.stderr).toContain(each);
    expect((await imagesIn(run.source, name())).size).toBe(0);

    const allowed = await dcs.run([...args(), '--allow-gap']);
    expect(allowed.code).toBe(0);
    expect(allowed.stderr).toContain('Going on (--allow-gap), although the export is of');
    expect((await folded(run.source, users)).size).toBe(20);
  });
});

test('from an export that DynamoDB is asked for: made once, found again, and never of what the stream does not show', async () => {
  await itemsFromBefore(users, usersOf(30));
  const { region, endpoint, credentials } = run.source;
  await createVersionedBucket({ region, endpoint, credentials }, 'exports').catch(() => undefined);
  let hasPointInTimeRecovery = false;
  const exports = new TableExportStandIn({
    s3: () => ({ region, endpoint, credentials }),
    tableSettings: () => users.dynamoDb,
    hasPointInTimeRecovery: () => hasPointInTimeRecovery,
  });
  const { accessKeyId } = users.dynamoDb.credentials as { accessKeyId: string };
  const gateway = await startDynamoDbGateway(users.dynamoDb.endpoint ?? '', () => accessKeyId, { exports });
  const dynamoDb = { ...users.dynamoDb, endpoint: gateway.endpoint };
  const ofExports = await dcsOnRun(run, { ...users, dynamoDb });
  const backfill = (...more: string[]) =>
    ofExports.run(['backfill', name(), '--export', 's3://exports/made', '--json', ...more]);
  try {
    const refused = await backfill();
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('point-in-time recovery') as string });
    hasPointInTimeRecovery = true;
    const first = await backfill();
    expect({ code: first.code, stderr: first.stderr }).toMatchObject({ code: 0 });
    const from = expect.stringMatching(/^s3:\/\/exports\/made\/AWSDynamoDB\/\d+-/) as string;
    expect(report(first.stdout)).toMatchObject({ from, read: 30, written: 30 });
    const again = await backfill();
    expect(again.stderr).toMatch(/Reads the export of \S+, in s3:[^]*another prefix makes a new one/);
    expect(report(again.stdout)).toMatchObject({ from: report(first.stdout)?.from, written: 0, alreadyThere: 30 });
    await drained();
    await expectConverged(run, users);
  } finally {
    await gateway.stop();
    await exports.stop();
    await ofExports.remove();
  }
});

describe('what is refused before anything is touched', () => {
  test('options, tables and gaps', async () => {
    const table = dynamoDbTable('plain', users.dynamoDb);
    await table.create({
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    await table.put({ id: { S: 'a' } });
    await users.table.drop();
    const outcomes = await Promise.all([
      dcs.run(['backfill']),
      dcs.run(['backfill', name(), '--read-rate', '0', '--from-export', 's3://exports']),
      dcs.run(['backfill', 'elsewhere']),
      dcs.run(['backfill', name()]),
      dcs.run(['backfill', 'plain']),
      dcs.run(['backfill', 'plain', '--export', 's3://exports']),
      dcs.run(['backfill', 'plain', '--export', 'exports', '--from-export', 's3://exports/a', '--segments', '2']),
    ]);
    expect(outcomes.map(({ code }) => code)).toEqual([2, 2, 2, 4, 5, 5, 2]);
    expect(outcomes[0].stderr).toContain('TABLE is missing; name one table or several');
    expect(outcomes[1].stderr).toContain('--from-export and --read-rate contradict each other');
    expect(outcomes[1].stderr).toContain('--read-rate is "0"; write a whole number from 1');
    expect(outcomes[1].stderr).toContain('--from-export is "s3://exports"; write the folder of one export');
    expect(outcomes[2].stderr).toContain('elsewhere is no table of the settings');
    expect(outcomes[4].stderr).toContain('the table has no stream');
    // An export is billed: it is not asked for where it could not be used.
    expect(outcomes[5].stderr).toContain('the table has no stream');
    expect(outcomes[6].stderr).toContain('--export is "exports"; write a bucket of the source account');
    expect(outcomes[6].stderr).toContain('--from-export and --export contradict each other');
    expect(outcomes[6].stderr).toContain('--export and --segments contradict each other');
    expect((await imagesIn(run.source, 'plain')).size).toBe(0);
    expect(await s3TextStore(run.source).read('plain/table.json')).toBeUndefined();
    expect((await dcs.run(['backfill', 'plain', '--allow-gap'])).code).toBe(0);
    expect((await imagesIn(run.source, 'plain')).size).toBe(1);
  });

  test('help has the options and worked examples, and touches nothing', async () => {
    const { code, stdout } = await dcs.run(['backfill', '--help']);
    expect(code).toBe(0);
    for (const words of [
      'Usage: dcs backfill TABLE',
      '--from-export S3-URI',
      '--read-rate N',
      'dcs backfill users --read-rate 100',
    ])
      expect(stdout).toContain(words);
  });
});
