import { FIGURE_OPTIONS, readFigures } from '../../cli/costs/options';
import { OptionReader } from '../../core/commandLine/optionReader';
import { parseCommandLine } from '../../core/commandLine/parse';
import type { UsageError } from '../../core/errors';

function read(...args: string[]) {
  const given = new OptionReader(parseCommandLine(args, FIGURE_OPTIONS));
  const figures = readFigures(given);
  try {
    given.throwIfWrong();
    return figures.given;
  } catch (error) {
    return (error as UsageError).problems;
  }
}

test('figures are read as they are written', () => {
  expect(read('--items=0', '--item-bytes=409600', '--changes-per-second=0.0001', '--shards=1', '--versions=0')).toEqual(
    {
      ...{ items: 0, itemBytes: 409_600, changesPerSecond: 0.0001, shards: 1, versions: 0 },
    },
  );
});

test.each([
  ['--items=-1', '--items is "-1"; write a whole number of at least 0'],
  ['--items=1e6', '--items is "1e6"; write a whole number of at least 0'],
  ['--items=1_000', '--items is "1_000"; write a whole number of at least 0'],
  ['--items=٣', '--items is "٣"; write a whole number of at least 0'],
  [
    '--items=99999999999999999999',
    '--items is "99999999999999999999"; write a whole number from 0 to 1000000000000000',
  ],
  ['--changes-per-second=1,5', '--changes-per-second is "1,5"; write a number of at least 0, such as 0.5'],
  ['--changes-per-second=Infinity', '--changes-per-second is "Infinity"; write a number of at least 0, such as 0.5'],
  ['--shards=0', '--shards is "0"; write a whole number of at least 1'],
  ['--item-bytes=0.5', '--item-bytes is "0.5"; write a number from 1 to 409600, such as 600.5'],
  // An item has 400 KB at most: "Quotas in Amazon DynamoDB", item size.
  ['--item-bytes=409601', '--item-bytes is "409601"; write a number from 1 to 409600, such as 600.5'],
  ['--item-bytes=100000000', '--item-bytes is "100000000"; write a number from 1 to 409600, such as 600.5'],
])('%s is refused', (arg, problem) => expect(read(arg)).toEqual([problem]));

test.each(['__proto__', 'constructor', 'us-west-2', 'US-EAST-1'])('no prices are known of the Region %j', (region) =>
  expect(read(`--price-region=${region}`)).toEqual([
    `--price-region is ${JSON.stringify(region)}; write one of us-east-1, eu-west-1`,
  ]),
);
