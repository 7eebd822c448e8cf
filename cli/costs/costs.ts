import { breakEvenChanges } from '../../operations/costs/breakEven';
import { atPricesOf, sumOf } from '../../operations/costs/lines';
import { PRICES_AS_OF } from '../../operations/costs/prices';
import { typicalWork } from '../../operations/costs/typicalWork';
import { waysOf } from '../../operations/costs/ways';
import { FIGURE_NAMES, optionOf } from '../../operations/costs/figures';
import type { Command } from '../command';
import type { CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import { forEachTable, readTables, TABLES, TABLES_OPTION, type TableChoice } from '../severalTables';
import { knownFigures } from './figures';
import { FIGURE_OPTIONS, readFigures, type FigureOptions } from './options';
import { breakEvenWords, layoutWords, reportFigures, reportWays, reportWork, sayText } from './reporting';

export interface CostsOptions extends FigureOptions {
  readonly tables: TableChoice;
  /** The arithmetic of everything, not of the deployed way alone. */
  readonly explain: boolean;
}

export const costs: Command<CostsOptions> = {
  usage: 'TABLE... [options]',
  description:
    'Says what the copy of a table costs in a month and how that is reckoned, beside other layouts, storage classes and windows, and beside AWS Backup, point-in-time recovery, exports and a global table, each with what is lost with it. ' +
    'Then what backfill, restore, verify, drill and revert cost and how long they take at least.\n' +
    'Figures of the table come from DescribeTable, DescribeStream and CloudWatch, or from options; with --items, --item-bytes and --changes-per-second nothing is asked of AWS and no settings file is needed. ' +
    'Prices are list prices, each with its source in docs/costs.md. What is not known is shown as unknown, never guessed.',
  examples: [
    { does: 'What does the copy of a table cost?', command: 'dcs costs users' },
    {
      does: 'What would it, of a table that does not exist yet?',
      command: 'dcs costs orders --items 1000000 --item-bytes 600 --changes-per-second 10',
    },
    { does: 'Every line of arithmetic, for a spreadsheet', command: 'dcs costs users --explain --json' },
    { does: 'All tables of the settings, one after the other', command: 'dcs costs --all' },
    { does: 'In a Region whose prices the table lacks', command: 'dcs costs users --price-region us-east-1' },
  ],
  ...TABLES,
  options: {
    ...TABLES_OPTION,
    ...FIGURE_OPTIONS,
    explain: { type: 'boolean', help: 'The arithmetic of everything, line by line, not of the deployed way alone.' },
  },
  read: (given) => ({
    tables: readTables(given, FIGURE_NAMES.map(optionOf)),
    explain: given.flag('explain'),
    ...readFigures(given),
  }),
  whenStopped: () => 'startsAnew',
  run: runCosts,
};

function runCosts(options: CostsOptions, context: CommandContext): Promise<ExitCode> {
  return forEachTable(options.tables, context, (tableName, ofTable) => costsOf(tableName, options, ofTable));
}

async function costsOf(tableName: string, options: CostsOptions, context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  const { priceRegion, explain } = options;
  const known = await knownFigures(tableName, options, context);
  const { workload } = known;
  const ways = waysOf(workload);
  reportFigures(output, known);
  reportWays(output, ways, { priceRegion, explained: ({ kind }) => explain || kind === 'deployed' });
  const breakEven = breakEvenChanges(workload, priceRegion);
  sayText(output, [breakEvenWords(breakEven), ...layoutWords(ways, workload, priceRegion), '']);
  sayText(output, ['Done once']);
  reportWork(output, typicalWork(workload), { priceRegion, isExplained: explain });
  const { usd, unknown } = sumOf(atPricesOf(priceRegion, ways[0]?.lines ?? []));
  output.result({
    ...{ type: 'costs', table: tableName, pricesAsOf: PRICES_AS_OF, usd, unknown },
    breakEvenChangesPerSecond: Number.isFinite(breakEven) ? breakEven : null,
  });
  return EXIT.done;
}
