import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { dynamoDbConditionalWrites } from '../../aws/conditionalWrites';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { changed, type Change } from '../../core/plannedWrite';
import { realPause } from '../../operations/pace';
import { expectDamagedRefused, refusedBecause } from './support/damagedPlans';
import { commandPartsOfFile, deploy, itemsOf, records, type StoredChange } from './support/commandParts';

const parts = commandPartsOfFile();
const at = (minutes: number) => Date.UTC(2026, 0, 5, 14, minutes);
const user = (id: string, plan: string, seen = 1): AttributeMap => ({
  id: { S: id },
  plan: { S: plan },
  seen: { N: String(seen) },
});
/** The tests' tables are in the destination's region. */
const LIVE = ['--target', 'destination'];
const WINDOW = ['--from', '2026-01-05T14:05:00Z', '--to', '2026-01-05T14:08:00Z', ...LIVE];

/** A migration from 14:06 on: what it did to each user, and what was written after it. */
async function migrated(name: string) {
  const deployment = await deploy(parts, name);
  const users = ['alone', 'later', 'conflict', 'made', 'deleted', 'other'] as const;
  const before = Object.fromEntries(users.map((id) => [id, user(id, 'old')]));
  await deployment.store([
    ...users.filter((id) => id !== 'made').map((id) => ({ after: before[id]!, atMs: at(0) })),
    { before: user('alone', 'old'), after: user('alone', 'new'), atMs: at(6) },
    { before: user('later', 'old'), after: user('later', 'new'), atMs: at(6) },
    { before: user('conflict', 'old'), after: user('conflict', 'new'), atMs: at(6) },
    { after: user('made', 'new'), atMs: at(7) },
    { before: user('deleted', 'old'), atMs: at(7) },
    { before: user('later', 'new'), after: user('later', 'new', 2), atMs: at(30) },
    { before: user('conflict', 'new'), after: user('conflict', 'own choice'), atMs: at(30) },
    { before: user('other', 'old'), after: user('other', 'old', 9), atMs: at(31) },
  ]);
  const table = deployment.table('users');
  const make = async () => {
    await table.create({
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    await table.putBatch([
      user('alone', 'new'),
      user('later', 'new', 2),
      user('conflict', 'own choice'),
      user('made', 'new'),
      user('other', 'old', 9),
    ]);
  };
  await make();
  return {
    folder: deployment.folder,
    table,
    make,
    store: (changes: readonly StoredChange[]) => deployment.store(changes),
    run: (args: readonly string[]) => deployment.run(args),
    contents: async () => (await itemsOf(table)).map(canonicalItem).sort(),
  };
}

const all = (...items: AttributeMap[]) => items.map(canonicalItem).sort();

describe('dcs revert', () => {
  test('undoes the window and keeps what was written later; a conflict is left and told', async () => {
    const { run, contents } = await migrated('revert');
    const before = await contents();
    const dry = await run(['revert', 'users', ...WINDOW, '--dry-run']);
    expect(dry).toMatchObject({ code: 3 });
    expect(dry.stdout).toContain('change {"id":"later"}  (changed later; that stays)\n    ~ plan "new" -> "old"');
    expect(dry.stdout).toContain('delete {"id":"made"}\n');
    expect(dry.stdout).toContain('make again {"id":"deleted"}\n');
    expect(dry.stdout).toContain(
      '{"id":"conflict"}  conflict: plan changed in the window and again later: left as it is now.',
    );
    expect(dry.stdout).not.toContain('other');
    expect(dry.stderr).toContain(
      'The real run will ask, or need --yes: it deletes 1 and changes 2 of 6 items, more than one in 10.',
    );
    expect(await contents()).toEqual(before);

    const refused = await run(['revert', 'users', ...WINDOW]);
    expect(refused).toMatchObject({ code: 5 });
    expect(refused.stderr).toContain('add --yes to carry it out');
    expect(await contents()).toEqual(before);

    const real = await run(['revert', 'users', ...WINDOW, '--yes']);
    expect(real).toMatchObject({ code: 3 });
    expect(real.stdout).toContain('Written 4, already so 0\nRead again and compared: each is as planned');
    const kept = [user('alone', 'old'), user('later', 'old', 2), user('deleted', 'old'), user('other', 'old', 9)];
    expect(await contents()).toEqual(all(...kept, user('conflict', 'own choice')));

    const agreed = await run(['revert', 'users', ...WINDOW, '--conflicts', 'theirs', '--json']);
    expect(agreed).toMatchObject({ code: 0 });
    expect(records(agreed.stdout)).toContainEqual(
      expect.objectContaining({ type: 'conflict', attributes: ['plan'], rule: 'theirs' }),
    );
    expect(await run(['revert', 'users', ...WINDOW, '--conflicts', 'ours', '--yes'])).toMatchObject({ code: 0 });
    expect(await contents()).toEqual(all(...kept, user('conflict', 'old')));
  });

  test('a plan that was kept is carried out as it was read, and refuses what has moved since', async () => {
    const { run, contents, folder, table } = await migrated('revertPlan');
    const plan = path.join(folder, 'plan.jsonl');
    await run(['revert', 'users', ...WINDOW, '--dry-run', '--plan', plan, '--conflicts', 'theirs']);
    expect((await readFile(plan, 'utf8')).split('\n').filter((line) => line.includes('"type":"write"'))).toHaveLength(
      4,
    );
    expect(await run(['revert', 'users', ...WINDOW, '--dry-run', '--plan', plan])).toMatchObject({ code: 2 });
    await table.put(user('alone', 'new', 77));
    const { code, stdout } = await run(['revert', 'users', '--plan', plan, '--yes', ...LIVE]);
    expect(code).toBe(3);
    expect(stdout).toContain('{"id":"alone"}  moved: it was changed after the plan was made');
    expect(await contents()).toContain(canonicalItem(user('alone', 'new', 77)));
    expect(await contents()).toContain(canonicalItem(user('later', 'old', 2)));
    expect(await run(['revert', 'other', '--plan', plan, '--yes', ...LIVE])).toMatchObject({ code: 5 });
    expect(await run(['revert', 'users', '--plan', plan, '--from', '1 hour ago'])).toMatchObject({ code: 2 });
  });

  test('a plan file that was altered or cut, or is for something else, writes nothing', async () => {
    const { run, contents, folder, table, make } = await migrated('revertDamaged');
    const plan = path.join(folder, 'plan.jsonl');
    await run(['revert', 'users', ...WINDOW, '--dry-run', '--plan', plan]);
    const before = await contents();
    const carriedOut = async (file: string, into = 'users') => {
      const { code, stderr } = await run(['revert', 'users', '--into', into, '--plan', file, '--yes', ...LIVE]);
      return { code, stderr };
    };
    await expectDamagedRefused(plan, carriedOut);
    expect(await carriedOut(plan, 'others')).toEqual(refusedBecause('for the table users, not for others'));
    const restore = ['restore', 'users', '--into', 'users', '--plan', plan, '--yes'];
    expect(await run(restore)).toMatchObject(refusedBecause('is a plan of dcs revert'));
    expect(await contents()).toEqual(before);
    await table.drop();
    expect(await carriedOut(plan)).toEqual(refusedBecause('it has been deleted since'));
    await make();
    expect(await carriedOut(plan)).toEqual(refusedBecause('it has been made again since'));
    expect(await contents()).toEqual(before);
  });

  test('one change of two in one second is undone by its sequence number', async () => {
    const deployment = await migrated('revertChange');
    const [first, second] = [user('later', 'new', 3), user('later', 'new', 4)];
    await deployment.store([
      { before: user('later', 'new', 2), after: first, atMs: at(40) },
      { before: first, after: second, atMs: at(40) },
    ]);
    await deployment.table.put(second);
    const { stdout } = await deployment.run(['history', 'users', '--key', '{"id":"later"}', '--json']);
    const positions = records(stdout).flatMap(
      ({ position }) => (position as { sequenceNumber?: string } | undefined)?.sequenceNumber ?? [],
    );
    const args = ['revert', 'users', '--key', '{"id":"later"}', '--yes', ...LIVE, '--change'];
    expect(await deployment.run([...args, positions.at(-1)!])).toMatchObject({ code: 0 });
    expect(await deployment.contents()).toContain(canonicalItem(first));
    expect(await deployment.run([...args, positions.at(-2)!])).toMatchObject({ code: 0 });
    expect(await deployment.contents()).toContain(canonicalItem(user('later', 'new', 2)));
    expect((await deployment.run([...args, '999'])).stdout).toContain('it has no change of the sequence number 999');
  });

  test.each([
    ['where', ['--where', "after.plan=='new' && before.plan=='old'"], ['alone', 'conflict', 'later']],
    ['event', ['--event', 'remove'], ['deleted']],
    ['by', ['--event', 'remove', '--deleted-by', 'dynamodb.amazonaws.com'], []],
    ['key', ['--key', '{"id":"made"}'], ['made']],
    ['partition', ['--partition', 'alone'], ['alone']],
  ])('%s chooses what is undone', async (name, chosen, ids) => {
    const { run } = await migrated(`choose${name}`);
    const { stdout } = await run([
      'revert',
      'users',
      ...WINDOW,
      ...chosen,
      '--dry-run',
      '--json',
      '--conflicts',
      'ours',
    ]);
    const planned = records(stdout).filter(({ type }) => type === 'planned') as unknown as { keys: AttributeMap }[];
    expect(planned.map(({ keys }) => (keys.id as { S: string }).S).sort()).toEqual(ids);
  });

  test('what is wrong with a choice is told before anything is looked at', async () => {
    const { run } = await migrated('revertWrong');
    const where = await run(['revert', 'users', ...WINDOW, '--where', 'after.[']);
    expect(where).toMatchObject({ code: 2 });
    expect(where.stderr).toContain('It is JMESPath over {before, after, item}');
    expect(await run(['revert', 'users'])).toMatchObject({ code: 2 });
    expect(await run(['revert', 'users', ...WINDOW, '--into', 'nowhere'])).toMatchObject({ code: 4 });
    const asked = await run(['revert', 'users', ...WINDOW, '--key', '{"id":"nobody"}']);
    expect(asked).toMatchObject({ code: 3 });
    expect(asked.stdout).toContain('has no image of it');
  });
});

describe('a write on the condition that the item is what was read', () => {
  const keys = { id: { S: 'a' } };
  const many = (count: number, value: string): AttributeMap => ({
    ...keys,
    ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`attribute ${i}`, { S: value }])),
  });
  const withoutKeys = ({ id, ...others }: AttributeMap) => (id ? others : {});
  const odd = JSON.parse(
    '{"id":{"S":"a"},"__proto__":{"N":"1"},"#0 :1":{"S":"x"},"a.b[0]":{"SS":["b","a"]}}',
  ) as AttributeMap;

  test.each<[string, AttributeMap | undefined, AttributeMap | undefined, Change]>([
    [
      'update',
      odd,
      { ...odd, elsewhere: { S: 'kept' } },
      { do: 'update', set: { 'a.b[0]': { NULL: true } }, remove: ['__proto__', '#0 :1'] },
    ],
    [
      'manyAttributes',
      many(250, 'x'),
      many(250, 'x'),
      { do: 'update', set: withoutKeys(many(249, 'y')), remove: ['attribute 249'] },
    ],
    ['put', undefined, undefined, { do: 'put', item: odd }],
    ['delete', many(250, 'x'), many(250, 'x'), { do: 'delete' }],
  ])('%s: it is written', async (name, expected, now, change) => {
    const { writes, table } = await tableWith(name, now);
    expect(await writes.writeIf({ keys, change, expected })).toBe(true);
    const after = changed(now, change);
    expect((await itemsOf(table)).map(canonicalItem)).toEqual(after ? [canonicalItem(after)] : []);
  });

  test.each<[string, AttributeMap | undefined, AttributeMap | undefined, Change]>([
    ['touched', odd, { ...odd, '#0 :1': { S: 'y' } }, { do: 'update', set: { '#0 :1': { S: 'z' } }, remove: [] }],
    ['appeared', odd, { ...odd, more: { S: 'y' } }, { do: 'update', set: { more: { S: 'z' } }, remove: [] }],
    ['gone', odd, undefined, { do: 'update', set: { '#0 :1': { S: 'z' } }, remove: [] }],
    ['madeMeanwhile', undefined, odd, { do: 'put', item: many(1, 'x') }],
    ['otherValue', odd, { ...odd, '#0 :1': { S: 'y' } }, { do: 'delete' }],
    ['oneMore', odd, { ...odd, unseen: { S: 'y' } }, { do: 'delete' }],
    ['farAway', many(250, 'x'), { ...many(250, 'x'), 'attribute 249': { S: 'y' } }, { do: 'delete' }],
  ])('%s: the item stays what it is, and it is told', async (name, expected, now, change) => {
    const { writes, table } = await tableWith(name, now);
    expect(await writes.writeIf({ keys, change, expected })).toBe(false);
    expect((await itemsOf(table)).map(canonicalItem)).toEqual(now ? [canonicalItem(now)] : []);
  });

  test('of a whole item: it is written where all else is as read, and not where another attribute has moved', async () => {
    const change = { do: 'update', set: { '#0 :1': { S: 'z' } }, remove: ['a.b[0]'] } as const;
    const large = { ...odd, ...many(250, 'x') };
    for (const [name, expected] of Object.entries({ odd, large })) {
      const { writes, table } = await tableWith(`whole${name}`, expected);
      const write = { keys, change, expected, isOfWholeItem: true };
      expect(await writes.writeIf({ ...write, expected: { ...expected, ['__proto__']: { N: '2' } } })).toBe(false);
      expect((await itemsOf(table)).map(canonicalItem)).toEqual([canonicalItem(expected)]);
      expect(await writes.writeIf(write)).toBe(true);
      expect((await itemsOf(table)).map(canonicalItem)).toEqual([canonicalItem(changed(expected, change)!)]);
    }
  });

  async function tableWith(name: string, item: AttributeMap | undefined) {
    const { dynamoDb, table } = await deploy(parts, `if${name}`);
    const users = table('users');
    await users.create({
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    if (item) await users.put(item);
    const { signal } = new AbortController();
    return { table: users, writes: dynamoDbConditionalWrites('users', dynamoDb, { signal, pause: realPause }) };
  }
});
