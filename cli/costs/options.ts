import type { OptionReader } from '../../core/commandLine/optionReader';
import type { OptionTable } from '../../core/commandLine/parse';
import { FIGURE_NAMES, optionOf, type FigureName, type GivenFigures } from '../../operations/costs/figures';
import { PRICED_REGIONS } from '../../operations/costs/prices';

/** Figures in place of those that are asked for, and at whose prices. */
export interface FigureOptions {
  readonly given: GivenFigures;
  readonly countVersions: boolean;
  readonly priceRegion?: string;
}

const HELP: Readonly<Record<FigureName, string>> = {
  items: 'Items of the table. Default: what DescribeTable counts.',
  itemBytes: 'Bytes of an item, on average. Default: from DescribeTable.',
  changesPerSecond:
    'Changes a second, on average; a decimal number will do. Default: from the write units of two weeks.',
  shards: 'Open shards of the stream. Default: from DescribeStream, else estimated.',
  indexes: 'Secondary indexes that hold whole items. Default: from DescribeTable.',
  versions: 'Versions of images in a bucket. Default: estimated from changes and the days of history.',
};

export const FIGURE_OPTIONS: OptionTable = {
  ...Object.fromEntries(
    FIGURE_NAMES.map((name) => [optionOf(name), { type: 'string' as const, value: 'N', help: HELP[name] }]),
  ),
  'count-versions': {
    type: 'boolean',
    help: 'List the destination bucket and count versions: a request for each 1,000.',
  },
  'price-region': {
    type: 'string',
    value: 'REGION',
    help: `Reckon with the prices of this Region: ${PRICED_REGIONS.join(' or ')}. Default: those of the Regions of both accounts; a price that is not known there is shown as unknown.`,
  },
};

/** For a command that does the work, too. */
export const ESTIMATE_OPTIONS: OptionTable = {
  estimate: {
    type: 'boolean',
    help: 'Say what it would cost and how long it would take at least, line by line, and do nothing else. The options below are for that.',
  },
  ...FIGURE_OPTIONS,
};

const LARGEST = 1e15;
/** "Quotas in Amazon DynamoDB", item size: 400 KB. */
const LARGEST_ITEM_BYTES = 400 * 1024;

export function readFigures(given: OptionReader): FigureOptions {
  given.atMostOneOf('versions', 'count-versions');
  return {
    given: Object.fromEntries(
      FIGURE_NAMES.flatMap((name) => {
        const value = numberOf(given, name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    countVersions: given.flag('count-versions'),
    priceRegion: given.oneOf('price-region', PRICED_REGIONS),
  };
}

function numberOf(given: OptionReader, name: FigureName): number | undefined {
  const option = optionOf(name);
  const text = given.text(option);
  if (text === undefined) return undefined;
  const isDecimal = name === 'changesPerSecond' || name === 'itemBytes';
  const number = (isDecimal ? /^\d+(\.\d+)?$/ : /^\d+$/).test(text) ? Number(text) : NaN;
  const least = name === 'itemBytes' || name === 'shards' ? 1 : 0;
  const largest = name === 'itemBytes' ? LARGEST_ITEM_BYTES : LARGEST;
  if (number >= least && number <= largest) return number;
  const range = number > largest || name === 'itemBytes' ? `from ${least} to ${largest}` : `of at least ${least}`;
  const example = name === 'itemBytes' ? ', such as 600.5' : isDecimal ? ', such as 0.5' : '';
  const allowed = `${isDecimal ? '' : 'whole '}number ${range}${example}`;
  given.problem(`--${option} is ${JSON.stringify(text)}; write a ${allowed}`);
  return undefined;
}

/** Undefined unless --estimate is given. */
export function readEstimate(given: OptionReader): FigureOptions | undefined {
  for (const name of Object.keys(FIGURE_OPTIONS)) given.needs(name, 'estimate');
  if (!given.flag('estimate')) return undefined;
  if (given.positionals().length !== 1) {
    for (const name of FIGURE_NAMES.map(optionOf).filter((option) => given.has(option)))
      given.problem(`--${name} is of one table; name one, or leave --${name} out`);
  }
  return readFigures(given);
}
