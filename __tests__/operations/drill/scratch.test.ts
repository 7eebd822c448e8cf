import { removeLeftovers, withScratchTable, type ScratchPlace } from '../../../operations/drill/scratch';
import fc from 'fast-check';
import { SCRATCH_TAG, scratchTableName, scratchTableStartMs } from '../../../core/scratchTable';

const NOW_MS = Date.UTC(2026, 10, 23, 12);
const HOUR_MS = 3_600_000;
const definition: ScratchPlace['definition'] = {
  format: '1',
  tableName: 'users',
  createTable: {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    DeletionProtectionEnabled: true,
    Tags: [{ Key: 'team', Value: 'data' }],
  },
};

/** An account's tables by name, each with its tag. */
function account(tables: Record<string, string | undefined>, fault?: { create?: Error; remove?: Error }) {
  const made: object[] = [];
  const place: ScratchPlace = {
    ...{ drilledTable: 'users', name: scratchTableName('users', NOW_MS), region: 'eu-west-1', definition },
    tables: {
      named: (prefix) => Promise.resolve(Object.keys(tables).filter((name) => name.startsWith(prefix))),
      tag: (name, key) => Promise.resolve(key === SCRATCH_TAG ? tables[name] : undefined),
      remove: (name) => {
        if (fault?.remove) return Promise.reject(fault.remove);
        Reflect.deleteProperty(tables, name);
        return Promise.resolve();
      },
    },
    table: {
      create: (input) => {
        if (fault?.create) return Promise.reject(fault.create);
        made.push(input);
        tables[place.name] = 'users';
        return Promise.resolve();
      },
    },
  };
  return { place, tables, made };
}

const problems: string[] = [];
beforeEach(() => void problems.splice(0));
const use = (run: () => Promise<string>) => ({
  ...{ create: () => undefined, remove: () => undefined, run },
  onProblem: (problem: string) => void problems.push(problem),
});

describe('the scratch table', () => {
  test('is on demand, unprotected, without a stream, and tagged as what it is', async () => {
    const { place, made } = account({});
    await withScratchTable(
      place,
      use(() => Promise.resolve('done')),
    );
    expect(made).toEqual([
      {
        AttributeDefinitions: definition.createTable.AttributeDefinitions,
        KeySchema: definition.createTable.KeySchema,
        BillingMode: 'PAY_PER_REQUEST',
        Tags: [{ Key: 'dcs:drill', Value: 'users' }],
      },
    ]);
  });

  test('is removed after success and after failure', async () => {
    const good = account({});
    expect(
      await withScratchTable(
        good.place,
        use(() => Promise.resolve('done')),
      ),
    ).toEqual({
      result: 'done',
      removal: { removed: true },
    });
    expect(good.tables).toEqual({});
    const bad = account({});
    const failing = withScratchTable(
      bad.place,
      use(() => Promise.reject(new Error('in the middle'))),
    );
    await expect(failing).rejects.toThrow('in the middle');
    expect(bad.tables).toEqual({});
  });

  test('that cannot be removed is told with the command that does, and the first failure is still the one that is thrown', async () => {
    const command = `aws dynamodb delete-table --region eu-west-1 --table-name users-dcs-drill-20261123T120000000Z`;
    const { place } = account({}, { remove: new Error('denied') });
    const { removal } = await withScratchTable(
      place,
      use(() => Promise.resolve('done')),
    );
    expect(removal).toEqual({ removed: false, problem: expect.stringContaining(command) as unknown });
    await expect(
      withScratchTable(
        place,
        use(() => Promise.reject(new Error('first'))),
      ),
    ).rejects.toThrow('first');
    expect(problems).toEqual([expect.stringContaining(command), expect.stringContaining(command)]);
  });

  test('that was there already is of somebody else, and stays', async () => {
    const name = scratchTableName('users', NOW_MS);
    const inUse = Object.assign(new Error('in use'), { name: 'ResourceInUseException' });
    const { place, tables } = account({ [name]: 'users' }, { create: inUse });
    await expect(
      withScratchTable(
        place,
        use(() => Promise.resolve('done')),
      ),
    ).rejects.toThrow('run it again');
    expect(tables).toEqual({ [name]: 'users' });
  });
});

describe('leftovers', () => {
  const named = (hoursAgo: number) => scratchTableName('users', NOW_MS - hoursAgo * HOUR_MS);

  test('are removed when name, tag and age say so; everything else stays', async () => {
    const stay = {
      [named(25)]: undefined,
      [named(26)]: 'orders',
      [named(23)]: 'users',
      'users-dcs-drill-of-mine': 'users',
      'users-dcs-drill-20261323T120000000Z': 'users',
      users: 'users',
      [scratchTableName('users2', 0)]: 'users2',
    };
    const { place, tables } = account({ ...stay, [named(48)]: 'users' });
    const said = await removeLeftovers(place, NOW_MS);
    expect(tables).toEqual(stay);
    expect(said).toHaveLength(4);
    expect(said.join('\n')).toContain(`Removed the scratch table ${named(48)}`);
  });

  test('law: a name tells when its drill began, for its own table, and is one that DynamoDB takes', () => {
    const tableName = fc.stringMatching(/^[a-zA-Z0-9_.-]{3,255}$/);
    const moment = fc.integer({ min: 0, max: Date.UTC(2099, 0) });
    fc.assert(
      fc.property(tableName, moment, (table, startMs) => {
        const name = scratchTableName(table, startMs);
        expect(name).toMatch(/^[\w.-]{3,255}$/);
        expect(scratchTableStartMs(table, name)).toBe(startMs);
        expect(scratchTableStartMs(table, table)).toBeUndefined();
      }),
    );
  });
});
