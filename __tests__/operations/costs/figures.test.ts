import fc from 'fast-check';
import { figuresOf, workloadOf, type TableLooks } from '../../../operations/costs/figures';
import { keepingOf } from '../../../operations/costs/keeping';
import { costLine, sumOf } from '../../../operations/costs/lines';
import { PRICES, type PriceName } from '../../../operations/costs/prices';
import { typicalWork } from '../../../operations/costs/typicalWork';
import { waysOf } from '../../../operations/costs/ways';
import { givenSettingsSchema } from '../../../settings/schema';

const keeping = keepingOf(givenSettingsSchema.parse({}));
const looks: TableLooks = {
  describe: () =>
    Promise.resolve({ ItemCount: 1_000, TableSizeBytes: 1_500_000, LatestStreamArn: 'arn:stream', indexes: 2 }),
  shards: () => Promise.resolve(7),
  writeUnits: () => Promise.resolve({ perSecond: 8, days: 14 }),
};
const values = async (...given: Parameters<typeof figuresOf>) =>
  Object.fromEntries(Object.entries(await figuresOf(...given)).map(([name, { value }]) => [name, value]));

test('a figure that is given is not asked for, and others are', async () => {
  expect(await values({}, keeping, looks)).toEqual({
    ...{ items: 1_000, itemBytes: 1_500, shards: 7, indexes: 2 },
    // 8 units a second, 2 for a change of 1,500 bytes
    changesPerSecond: 4,
    versions: 1_000 + 4 * 86_400 * 365,
  });
  const asks = { ...looks, describe: () => Promise.reject(new Error('asked')) };
  const given = { items: 30_000_000, itemBytes: 1_024, changesPerSecond: 5 };
  expect(await values(given, keeping, asks)).toMatchObject({ ...given, shards: 3, indexes: 0 });
});

test('what cannot be asked for is not known, and says why; shards are estimated, and say so', async () => {
  const refused = () => Promise.reject(new Error('not authorized'));
  const figures = await figuresOf({}, keeping, { ...looks, writeUnits: refused });
  expect(figures.changesPerSecond).toEqual({ value: NaN, from: 'not known: not authorized' });
  const estimated = await figuresOf({}, keeping, { ...looks, shards: refused });
  expect(estimated.shards.value).toBe(1);
  expect(estimated.shards.from).toContain('not authorized');
  const silent = await figuresOf({}, keeping, { ...looks, writeUnits: () => Promise.resolve(undefined) });
  expect(silent.changesPerSecond.value).toBeNaN();
  const without = await figuresOf({ items: 1_000 }, keeping);
  for (const { value, from } of [without.shards, without.versions]) {
    expect(value).toBeNaN();
    expect(from).toMatch(/^not known: it hangs on the .*changes a second$/);
  }
});

test('what hangs on an unknown figure is unknown, in every way and all work, and the rest is still reckoned', async () => {
  const figures = await figuresOf({ items: 1_000, itemBytes: 600 }, keeping);
  const regions = { sourceRegion: 'us-east-1', destinationRegion: 'eu-west-1' };
  const workload = workloadOf(figures, regions, keeping);
  const deployed = sumOf(waysOf(workload)[0]!.lines);
  expect(deployed.unknown).toBeGreaterThan(0);
  expect(deployed.usd).toBeGreaterThan(0); // renewing locks hangs on items alone
  const lines = [...waysOf(workload), ...typicalWork(workload)].flatMap((each) => each.lines);
  const unknown = lines.filter(({ quantity }) => Number.isNaN(quantity));
  expect(unknown.length).toBeGreaterThan(20);
  for (const { usd } of unknown) expect(usd).toBeNaN();
});

test('no Region without prices gets those of another: a line there is nothing, or unknown', () => {
  const names = Object.keys(PRICES) as PriceName[];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), (name, quantity) => {
      const { usd } = costLine('any', quantity, name, 'ap-southeast-2');
      expect(usd).toBe(quantity === 0 ? 0 : NaN);
    }),
  );
});

test('a sum is of what is known, and counts the rest', () => {
  const known = costLine('PUT', 2_000, 's3Put', 'us-east-1');
  const unknown = costLine('PUT', NaN, 's3Put', 'us-east-1');
  expect(sumOf([known, unknown, known])).toEqual({ usd: 0.02, unknown: 1 });
});
