import type { DemoResult } from './demo';
import type { Narrator } from './narrator';

const MOST_SHOWN = 20;

/** Says whether what was restored is what there was, with the counts, and what differs. */
export function sayVerdict(
  narrator: Narrator,
  { changes, images, replicas, restored, identical, differences }: DemoResult,
): void {
  const counts =
    `${changes} changes, ${images} images, ${replicas} replicas, ` +
    `${restored.latest} + ${restored.earlier} items restored, in ${narrator.totalSeconds().toFixed(0)} s`;
  if (identical) {
    narrator.good(`Identical. ${counts}.`);
    return;
  }
  narrator.bad(`NOT identical: ${differences.length} differences. ${counts}.`);
  for (const difference of differences.slice(0, MOST_SHOWN)) narrator.note(difference);
  if (differences.length > MOST_SHOWN) narrator.note(`… and ${differences.length - MOST_SHOWN} more`);
}
