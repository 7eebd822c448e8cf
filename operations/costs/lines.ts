import { usdOfOne, type PriceName } from './prices';

/** A quantity times a price. In all of this NaN is a number that is not known: what is reckoned from it is not known either. */
export interface CostLine {
  /** What is paid for: `PUT requests, source bucket`. */
  readonly what: string;
  readonly quantity: number;
  readonly price: PriceName;
  readonly region: string;
  /** NaN: the quantity or the price is not known. */
  readonly usd: number;
}

export function costLine(what: string, quantity: number, price: PriceName, region: string): CostLine {
  return { what, quantity, price, region, usd: quantity === 0 ? 0 : quantity * usdOfOne(price, region) };
}

/** The same quantities at the prices of another Region. */
export function atPricesOf(region: string | undefined, lines: readonly CostLine[]): readonly CostLine[] {
  return region === undefined
    ? lines
    : lines.map(({ what, quantity, price }) => costLine(what, quantity, price, region));
}

/** What lines come to. */
export interface Sum {
  /** Of what is known. */
  readonly usd: number;
  /** Lines that are not known: the whole is more than `usd` by these. */
  readonly unknown: number;
}

export function sumOf(lines: readonly CostLine[]): Sum {
  const known = lines.filter(({ usd }) => !Number.isNaN(usd));
  return { usd: known.reduce((sum, { usd }) => sum + usd, 0), unknown: lines.length - known.length };
}
