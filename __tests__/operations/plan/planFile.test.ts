import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../../core/errors';
import { plannedWrite, type PlannedWrite } from '../../../core/plannedWrite';
import { openPlan, PlanFile } from '../../../operations/plan/planFile';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dcs-plan-'));
});
afterAll(() => rm(folder, { recursive: true }));

const HEADER = { verb: 'restore', mode: 'merge', tableName: 'users', tableId: '1', title: 'users' } as const;
const writeOf = (id: string): PlannedWrite => {
  const keys = { id: { S: id } };
  return plannedWrite({ objectKey: `users/${id}/image.json`, keys, now: undefined }, { do: 'put', item: keys }, false);
};

async function kept(left = 0): Promise<string> {
  const name = path.join(folder, `plan-${Math.random()}`);
  const plan = await PlanFile.create(HEADER, name);
  await plan.add(writeOf('a'));
  await plan.add(writeOf('b'));
  await plan.end(left);
  await plan.close();
  return name;
}

/** The plan with other lines, and the digest that these have. */
async function forged(change: (lines: Record<string, unknown>[]) => void): Promise<string> {
  const name = await kept();
  const lines = (await readFile(name, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  change(lines);
  const { writes, left } = lines.at(-1)!;
  const all = lines.slice(0, -1).map((line) => `${JSON.stringify(line)}\n`);
  const digest = createHash('sha256')
    .update(all.join('') + JSON.stringify({ writes, left }))
    .digest('hex');
  await writeFile(name, `${all.join('')}${JSON.stringify({ ...lines.at(-1), digest })}\n`);
  return name;
}

const problemOf = (name: string): Promise<unknown> =>
  openPlan(name).then(
    async (plan) => {
      await plan.close();
      return 'opened';
    },
    (error: unknown) => (error instanceof UsageError ? error.message : error),
  );

test('a plan that was kept is read as it was made, as often as wanted', async () => {
  const plan = await openPlan(await kept(3));
  expect(plan).toMatchObject({ header: HEADER, left: 3 });
  for (let time = 0; time < 2; time += 1) {
    const writes: PlannedWrite[] = [];
    for await (const write of plan.planned()) writes.push(write);
    expect(writes).toEqual([writeOf('a'), writeOf('b')]);
  }
  await plan.close();
  expect(await problemOf(await forged(() => undefined))).toBe('opened');
});

test.each([
  ['a folder', () => folder, /^the plan .* cannot be read: EISDIR.*; --dry-run --plan FILE makes one$/],
  ['a file that is not there', () => path.join(folder, 'none'), /cannot be read: ENOENT/],
  ['a place within a file', async () => path.join(await kept(), 'plan'), /cannot be read: ENOTDIR/],
  ['a file without a line', () => '/dev/null', /line 1: it is no plan of dcs/],
])('%s is no plan, and is told of as that', async (_, fileOf, problem) => {
  expect(await problemOf(await fileOf())).toMatch(problem);
});

test.each<[string, (lines: Record<string, unknown>[]) => void]>([
  ['leaves fewer than none', (lines) => (lines.at(-1)!.left = -1)],
  ['leaves no number', (lines) => (lines.at(-1)!.left = '0')],
  ['has another number of writes', (lines) => (lines.at(-1)!.writes = 3)],
  ['has no keys in a line', (lines) => delete lines[1]!.keys],
  ['has nothing that it expects in a line', (lines) => delete lines[1]!.expects],
  ['has an unknown change', (lines) => (lines[1]!.do = 'forget')],
  ['has a change without its item', (lines) => delete lines[1]!.item],
  ['puts another item than that of its keys', (lines) => (lines[1]!.item = { id: { S: 'b' } })],
  [
    'changes the key of its item',
    (lines) => Object.assign(lines[1]!, { do: 'update', set: { id: { S: 'b' } }, remove: [] }),
  ],
  ['takes the key of its item away', (lines) => Object.assign(lines[1]!, { do: 'update', set: {}, remove: ['id'] })],
  ['has lines behind its end', (lines) => lines.splice(1, 0, { type: 'end', writes: 2, left: 0 })],
  ['is of another format', (lines) => (lines[0]!.format = '0')],
  ['is of no mode', (lines) => (lines[0]!.mode = 'delete')],
  ['is of no table', (lines) => delete lines[0]!.tableId],
])('a plan that %s is refused, whatever its digest', async (_, change) => {
  expect(await problemOf(await forged(change))).toMatch(/^the plan .*, line \d: .*Make the plan again/);
});
