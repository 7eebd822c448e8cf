import type { CostLine, Sum } from '../../operations/costs/lines';
import { PRICES } from '../../operations/costs/prices';
import { leastSeconds, type Work } from '../../operations/costs/work/work';
import { count, duration } from '../../core/units';

/** $1,234 or $0.05; what is not nothing is not shown as nothing. NaN: unknown. */
export function dollars(usd: number): string {
  if (Number.isNaN(usd)) return 'unknown';
  if (usd === 0) return '$0';
  if (usd < 0.01) return '< $0.01';
  return usd < 1_000 ? `$${usd.toFixed(2)}` : `$${count(Math.round(usd))}`;
}

export function sumWords({ usd, unknown }: Sum): string {
  if (unknown === 0) return dollars(usd);
  return usd === 0 ? 'unknown' : `${dollars(usd)} and what is unknown`;
}

/** A number as it is reckoned with, to four digits where it is small. NaN: unknown. */
export function quantity(number: number): string {
  if (Number.isNaN(number)) return 'unknown';
  return count(number >= 1_000 ? Math.round(number) : Number(number.toPrecision(4)));
}

/** `$13.14  PUT requests, source bucket: 2,628,000 × $0.005 / 1,000 requests`: the sum first, for the rest may be broken at a terminal. */
export function arithmetic(lines: readonly CostLine[]): string[] {
  const sums = lines.map(({ usd }) => dollars(usd));
  const width = Math.max(0, ...sums.map(({ length }) => length));
  return lines.map(({ what, quantity: of, price, region }, index) => {
    const sum = (sums[index] ?? '').padStart(width);
    return `${sum}  ${what}: ${quantity(of)} × ${priceWords(price, region)}`;
  });
}

function priceWords(name: CostLine['price'], region: string): string {
  const { usd, per, unit } = PRICES[name];
  const price = Object.hasOwn(usd, region) ? `$${String(usd[region])}` : `(unknown in ${region})`;
  return `${price} / ${per === 1 ? unit : `${count(per)} ${unit}s`}`;
}

/** The first columns to the left, the last one to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  '),
  );
}

/** How long at least, and by what; what is not known, too. */
export function timeWords({ bounds }: Work): string {
  const seconds = leastSeconds(bounds);
  const longest = bounds.find((bound) => bound.seconds === seconds);
  const unknown = bounds.filter((bound) => Number.isNaN(bound.seconds)).map(({ what }) => what);
  const known = longest && `at least ${duration(seconds * 1_000)} (${longest.what})`;
  return [known, ...unknown].filter((words) => words !== undefined).join('; ') || 'unknown';
}
