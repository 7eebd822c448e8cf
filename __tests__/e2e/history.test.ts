import { canonicalItem } from '../../core/canonicalItem';
import type { TableDefinition } from '../../core/tableDefinition';
import { commandPartsOfFile, deploy, records } from './support/commandParts';

const parts = commandPartsOfFile();

const at = (minutes: number) => Date.UTC(2026, 0, 5, 12, minutes);
const user = (id: number, name: string) => ({
  id: { S: `u${id}` },
  name: { S: name },
  big: { N: '12345678901234567890' },
});

const definition: TableDefinition = {
  format: '1',
  tableName: 'users',
  createTable: {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  },
};

describe('dcs history and diff, on the same bucket', () => {
  const changes = [
    { after: user(1, 'a'), atMs: at(0) },
    { before: user(1, 'a'), after: user(1, 'b'), atMs: at(10) },
    { before: user(1, 'b'), atMs: at(20) },
    { after: user(2, 'a'), atMs: at(0) },
    { after: user(3, 'a'), atMs: at(15) },
  ];

  test('history shows each version, who and what changed; --show prints one with all its digits', async () => {
    const deployment = await deploy(parts, 'history');
    await deployment.store(changes);
    const args = ['history', 'users', '--key', '{"id":"u1"}'];
    const { code, stdout } = await deployment.run([...args, '--json']);
    expect(code).toBe(0);
    expect(records(stdout)).toMatchObject([
      { type: 'version', number: 1, event: 'INSERT', by: 'user', changedAt: '2026-01-05T12:00:00.000Z' },
      { type: 'version', number: 2, changes: [{ path: ['name'], before: { S: 'a' }, after: { S: 'b' } }] },
      { type: 'version', number: 3, event: 'REMOVE', sizeBytes: 2 },
      { type: 'history', versions: 3, gaps: 0, unreadable: 0 },
    ]);
    expect((await deployment.run(args)).stdout).toContain('~ name "a" -> "b"');
    const shown = await deployment.run([...args, '--show', '2']);
    expect(shown.stdout).toBe('{\n  "big": 12345678901234567890,\n  "id": "u1",\n  "name": "b"\n}\n');
    const dynamoDbJson = await deployment.run([...args, '--show', '2', '--dynamodb-json']);
    expect(dynamoDbJson.stdout).toBe(`{"Item":${canonicalItem(user(1, 'b'))}}\n`);
  });

  test('history shows what came since, the newest few, and the item as it was at a moment', async () => {
    const deployment = await deploy(parts, 'historyRange');
    await deployment.store(changes);
    const run = async (...more: string[]) => {
      const { code, stdout } = await deployment.run(['history', 'users', '--key', '{"id":"u1"}', '--json', ...more]);
      return { code, found: records(stdout) };
    };
    const numbers = ({ found }: Awaited<ReturnType<typeof run>>) => found.flatMap(({ number }) => number ?? []);
    expect(numbers(await run('--limit', '1'))).toEqual([3]);
    const since = await run('--since', '2026-01-05T12:00:00Z');
    expect(numbers(since)).toEqual([2, 3]);
    expect(since.found).toMatchObject([
      { changes: [{ path: ['name'], before: { S: 'a' }, after: { S: 'b' } }] },
      { event: 'REMOVE' },
      { type: 'history', versions: 2, gaps: 0 },
    ]);
    expect(numbers(await run('--since', '2026-01-05T12:00:00Z', '--limit', '1'))).toEqual([3]);
    expect((await run('--at', '2026-01-05T12:12:00Z')).found).toEqual([
      { type: 'item', objectKey: 'users/u1/image.json', changedAt: '2026-01-05T12:10:00.000Z', item: user(1, 'b') },
    ]);
    expect((await run('--at', '2026-01-05T12:30:00Z')).found).toMatchObject([{ type: 'item', item: null }]);
    expect((await run('--at', '2026-01-05T12:30:00Z', '--limit', '2')).code).toBe(2);
    const plain = ['history', 'users', '--key', '{"id":"u1"}', '--at', '2026-01-05T12:12:00Z', '--dynamodb-json'];
    expect((await deployment.run(plain)).stdout).toBe(`{"Item":${canonicalItem(user(1, 'b'))}}\n`);
  });

  test('what is asked for is chosen by a beginning of keys, by a partition, by what it is', async () => {
    const deployment = await deploy(parts, 'chosenRange');
    await deployment.store(changes);
    const from = ['--from', '2026-01-05T11:00:00Z', '--to', '2026-01-05T12:16:00Z', '--json'];
    const found = async (...args: string[]) =>
      records((await deployment.run(args)).stdout)
        .flatMap(({ type, keys }) =>
          type === 'added' || type === 'listed' ? (keys as { id: { S: string } }).id.S : [],
        )
        .sort();
    expect(await found('diff', 'users', ...from, '--key-prefix', 'u')).toEqual(['u1', 'u2', 'u3']);
    expect(await found('diff', 'users', ...from, '--partition', 'u2')).toEqual(['u2']);
    expect(await found('diff', 'users', ...from, '--where', "after.name=='b'")).toEqual(['u1']);
    expect(await found('ls', 'users', '--key-prefix', 'u3', '--json')).toEqual(['u3']);
    const timeline = await deployment.run(['timeline', 'users', '--items', '--json']);
    expect(records(timeline.stdout).filter(({ type, keys }) => type === 'changed' && keys)).toHaveLength(3);
    const args = ['restore', 'users', '--into', 'some', '--dry-run', '--json', '--as-of', '2026-01-05T12:16:00Z'];
    const planned = await deployment.run([...args, '--where', "item.name=='a'"]);
    expect(records(planned.stdout).filter(({ type }) => type === 'planned')).toHaveLength(2);
    expect((await deployment.run([...args, '--key-prefix', 'nobody'])).code).toBe(4);
  });

  test('ls lists what was there at a moment: keys, sizes and times, or the items whole', async () => {
    const deployment = await deploy(parts, 'ls');
    await deployment.store(changes);
    const asOf = ['ls', 'users', '--as-of', '2026-01-05T12:16:00Z'];
    const short = await deployment.run(asOf);
    expect(short.stdout.split('\n').sort()).toEqual([
      '',
      '2026-01-05T12:00:00Z      78 B  {"id":"u2"}',
      '2026-01-05T12:10:00Z      78 B  {"id":"u1"}',
      '2026-01-05T12:15:00Z      78 B  {"id":"u3"}',
    ]);
    expect(short.stderr).toContain(
      'users as of 2026-01-05T12:16:00Z in s3://ls-destination: 3 items, 234 B; not there 0',
    );
    const whole = await deployment.run([...asOf, '--items', '--dynamodb-json', '--where', "item.name=='b'"]);
    expect(whole.stdout).toBe(`{"Item":${canonicalItem(user(1, 'b'))}}\n`);
    const now = records((await deployment.run(['ls', 'users', '--json'])).stdout);
    expect(now.at(-1)).toMatchObject({
      type: 'ls',
      asOf: null,
      counts: { items: 2, absent: 1, unknown: 0, unreadable: 0 },
    });
    const asked = await deployment.run(['ls', 'users', '--key', '{"id":"nobody"}', '--json']);
    expect(asked.code).toBe(3);
    expect(records(asked.stdout)[0]).toMatchObject({ type: 'left', why: 'unknown' });
  });

  test('timeline counts what happened when, in text and as records, and says how to look closer', async () => {
    const deployment = await deploy(parts, 'timeline');
    await deployment.store([
      ...changes,
      ...Array.from({ length: 12 }, (_, n) => ({ after: user(10 + n, 'x'), atMs: at(0) })),
    ]);
    const { code, stdout } = await deployment.run(['timeline', 'users', '--json']);
    expect(code).toBe(0);
    const all = records(stdout);
    expect(all.at(-1)).toMatchObject({ type: 'timeline', table: 'users', items: 15, insert: 15, change: 1, delete: 1 });
    const buckets = all.filter(({ type }) => type === 'bucket');
    expect(buckets.reduce((sum, { insert }) => sum + (insert as number), 0)).toBe(15);
    const text = await deployment.run(['timeline', 'users', '--by', 'hour']);
    expect(text.stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d {2}█+ \+\d+ ~1 -1$/m);
    expect(await deployment.run(['timeline', 'nothing'])).toMatchObject({ code: 2 });
  });

  test('a change that is missing from the chain is shown, and the exit code says so', async () => {
    const deployment = await deploy(parts, 'gap');
    await deployment.store([changes[0]!, changes[2]!]);
    const { code, stdout } = await deployment.run(['history', 'users', '--key', '{"id":"u1"}']);
    expect(code).toBe(3);
    expect(stdout).toContain('changes between 2026-01-05T12:00:00Z and 2026-01-05T12:20:00Z are missing');
  });

  test('what a former table held is shown as such, and nothing of this one has to follow from it', async () => {
    const deployment = await deploy(parts, 'former');
    const [first, second] = ['2026-01-01T00:00:00.000', '2026-02-01T00:00:00.000'];
    await deployment.store([
      { after: user(1, 'of the first table'), atMs: Date.parse(`${first}Z`), streamLabel: first },
      { after: user(1, 'of the second'), atMs: Date.parse(`${second}Z`), streamLabel: second },
    ]);
    const commands = [
      ['history', 'users', '--key', '{"id":"u1"}', '--json'],
      ['verify', 'users', '--in', 'destination', '--wait', '0s', '--json'],
    ];
    // One table by what is stored: then a change is missing between the two.
    for (const args of commands) expect((await deployment.run(args)).code).toBe(3);

    for (const [tableId, label] of [
      ['one', first],
      ['two', second],
    ])
      await deployment.define({ ...definition, tableId, createdAt: `${label!}Z` });
    const [history, verify] = await Promise.all(commands.map((args) => deployment.run(args)));
    expect([history?.code, verify?.code]).toEqual([0, 0]);
    const created = { path: ['name'], after: { S: 'of the second' } };
    expect(records(history?.stdout ?? '')).toEqual([
      expect.objectContaining({ type: 'version', number: 1, tablesSince: 1 }),
      expect.objectContaining({ type: 'version', number: 2, changes: expect.arrayContaining([created]) as unknown }),
      expect.objectContaining({ type: 'history', versions: 2, gaps: 0, ofFormerTables: 1 }),
    ]);
    const text = await deployment.run(commands[0]!.slice(0, -1));
    expect(text.stdout).toContain('of a former table');
    expect(text.stdout).toContain('1 of a former table of the name');
  });

  test('an item without any image', async () => {
    const deployment = await deploy(parts, 'noImage');
    expect(await deployment.run(['history', 'users', '--key', '{"id":"nobody"}'])).toMatchObject({ code: 4 });
  });

  test('diff tells what was added, removed and changed between two moments, in text and as records', async () => {
    const deployment = await deploy(parts, 'diff');
    await deployment.store(changes);
    const between = (from: string, to: string) => ['diff', 'users', '--from', from, '--to', to];
    const { code, stdout } = await deployment.run(between('2026-01-05T12:05:00Z', '2026-01-05T12:16:00Z'));
    expect(code).toBe(3);
    expect(stdout.split('\n').sort()).toEqual(
      [
        '',
        'added 1, removed 0, changed 1, the same 1',
        'added {"id":"u3"}  (2026-01-05T12:15:00Z)',
        'changed {"id":"u1"}  (2026-01-05T12:10:00Z)',
        '    ~ name "a" -> "b"',
        '    + big 12345678901234567890',
        '    + id "u3"',
        '    + name "a"',
      ].sort(),
    );
    const later = await deployment.run([...between('2026-01-05T12:12:00Z', '2026-01-05T12:30:00Z'), '--json']);
    expect(records(later.stdout)).toContainEqual(
      expect.objectContaining({ type: 'removed', objectKey: 'users/u1/image.json', keys: { id: { S: 'u1' } } }),
    );
    const nothing = await deployment.run(between('2026-01-05T12:21:00Z', '2026-01-05T12:30:00Z'));
    expect(nothing).toMatchObject({
      code: 0,
      stdout: 'added 0, removed 0, changed 0, the same 2, there at neither moment 1\n',
    });
  });
});
