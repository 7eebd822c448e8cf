import { FIGURE_NAMES, type FigureName } from '../../operations/costs/figures';
import { atPricesOf, sumOf, type CostLine } from '../../operations/costs/lines';
import { PRICES_AS_OF } from '../../operations/costs/prices';
import type { Way } from '../../operations/costs/ways';
import { changesOfMonth, type Workload } from '../../operations/costs/workload';
import { leastSeconds, type Work } from '../../operations/costs/work/work';
import type { Output } from '../output/output';
import type { KnownTable } from './figures';
import { arithmetic, columns, dollars, quantity, sumWords, timeWords } from './words';

const LABELS: Readonly<Record<FigureName, string>> = {
  items: 'items',
  itemBytes: 'bytes of an item',
  changesPerSecond: 'changes a second',
  shards: 'shards of the stream',
  indexes: 'secondary indexes',
  versions: 'versions of images',
};

/** What everything is reckoned from. */
export function reportFigures(output: Output, { figures, workload }: KnownTable): void {
  const rows = FIGURE_NAMES.map((name) => [LABELS[name], quantity(figures[name].value), figures[name].from]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map(
    ([label = '', value = '', from = '']) =>
      `  ${label.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)}  ${from}`,
  );
  const { sourceRegion, destinationRegion } = workload;
  for (const name of FIGURE_NAMES) {
    const { value, from } = figures[name];
    output.result({ type: 'figure', name, value: orNull(value), from });
  }
  sayText(output, [
    `List prices in US dollars as of ${PRICES_AS_OF}, ${sourceRegion} to ${destinationRegion}`,
    ...lines,
    '',
  ]);
}

/** A way to keep a copy, with its arithmetic where that is wanted. */
export function reportWays(
  output: Output,
  ways: readonly Way[],
  { priceRegion, explained }: { priceRegion?: string; explained: (way: Way) => boolean },
): void {
  for (const { kind, name, lines, lost } of ways) {
    const priced = atPricesOf(priceRegion, lines);
    const { usd, unknown } = sumOf(priced);
    output.result({ type: 'way', kind, name, usd, unknown, lost, lines: priced.map(lineRecord) });
  }
  const priced = ways.map((way) => ({ way, lines: atPricesOf(priceRegion, way.lines) }));
  for (const { way, lines } of priced.filter((each) => explained(each.way))) {
    sayText(output, [`${way.name}: ${sumWords(sumOf(lines))} a month`, ...indented(arithmetic(lines)), '']);
  }
  const rows = priced.map(({ way, lines }) => [way.name, sumWords(sumOf(lines))]);
  const table = columns(rows).map((row, index) => {
    const lost = ways[index]?.lost ?? '';
    return `  ${row}${lost === '' ? '' : `\n      without ${lost}`}`;
  });
  sayText(output, ['A month, beside others', ...table, '']);
}

/** Something that is done once. */
export function reportWork(
  output: Output,
  works: readonly Work[],
  { priceRegion, isExplained }: { priceRegion?: string; isExplained: boolean },
): void {
  for (const work of works) {
    const lines = atPricesOf(priceRegion, work.lines);
    const { usd, unknown } = sumOf(lines);
    const { name, bounds } = work;
    output.result(
      {
        ...{ type: 'work', name, usd, unknown, leastSeconds: orNull(leastSeconds(bounds)) },
        ...{
          lines: lines.map(lineRecord),
          bounds: bounds.map(({ what, seconds }) => ({ what, seconds: orNull(seconds) })),
        },
      },
      [
        `${name}: ${sumWords(sumOf(lines))}; ${timeWords(work)}`,
        ...(isExplained ? indented(arithmetic(lines)) : []),
      ].join('\n'),
    );
  }
}

/** Where the journal layout becomes the cheaper one. */
export function breakEvenWords(changes: number): string {
  if (Number.isNaN(changes)) return 'Where the journal layout is cheaper is unknown.';
  if (changes === Infinity) return 'The journal layout is never cheaper for this table.';
  if (changes === 0) return 'The journal layout is cheaper at any rate of changes.';
  return `The journal layout is cheaper from ${quantity(changes)} changes a second on.`;
}

/** Above so many changes a second it is worth saying. */
const BUSY = 10;

/** What the deployed layout and the other one come to; nothing where one of them is not known. */
export function layoutWords(ways: readonly Way[], workload: Workload, priceRegion?: string): string[] {
  const [deployed, other] = (['deployed', 'layout'] as const).map((kind) =>
    sumOf(atPricesOf(priceRegion, ways.find((way) => way.kind === kind)?.lines ?? [])),
  );
  if (!deployed || !other || deployed.unknown + other.unknown > 0) return [];
  const isJournal = workload.keeping.layout === 'journal';
  const [images, journal] = isJournal ? [other.usd, deployed.usd] : [deployed.usd, other.usd];
  const millions = changesOfMonth(workload) / 1_000_000;
  const [ofImages, ofJournal] = [images, journal].map((usd) => dollars(usd / millions));
  return [
    ...(millions > 0 ? [`All that for a million changes: ${ofImages} as images, ${ofJournal} in a journal.`] : []),
    ...(workload.changesPerSecond > BUSY && images > journal
      ? [`At this rate the journal ${isJournal ? 'saves' : 'would save'} ${dollars(images - journal)} a month.`]
      : []),
  ];
}

function lineRecord({ what, quantity: of, price, region, usd }: CostLine) {
  return { what, quantity: orNull(of), price, region, usd: orNull(usd) };
}

/** JSON has no NaN. */
function orNull(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** Text of a terminal; with --json the records say it. */
export function sayText(output: Output, lines: readonly string[]): void {
  if (!output.json) output.result({ type: 'text' }, lines.join('\n'));
}
