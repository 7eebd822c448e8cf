import { imagesOfMonth } from './images';
import { journalOfMonth } from './journal';
import { atPricesOf, sumOf } from './lines';
import type { Workload } from './workload';

/** Changes a second that no table makes: a break-even beyond is none. */
const MOST = 1_000_000;

/**
 * Changes a second from which on the journal layout is the cheaper one for this table, to a hundredth; 0 where it always
 * is, Infinity where it never is, NaN where a price or a figure is not known.
 */
export function breakEvenChanges(workload: Workload, priceRegion?: string): number {
  const saved = (changesPerSecond: number) => {
    const at = { ...workload, changesPerSecond };
    const [images, journal] = [imagesOfMonth(at), journalOfMonth(at)].map((lines) =>
      sumOf(atPricesOf(priceRegion, lines)),
    );
    if (!images || !journal || images.unknown + journal.unknown > 0) return NaN;
    return images.usd - journal.usd;
  };
  if (Number.isNaN(saved(1))) return NaN;
  if (saved(0) > 0) return 0;
  if (saved(MOST) <= 0) return Infinity;
  let [low, high] = [0, MOST];
  while (high - low > 0.0001) {
    const middle = (low + high) / 2;
    if (saved(middle) > 0) high = middle;
    else low = middle;
  }
  return Math.round(high * 100) / 100;
}
