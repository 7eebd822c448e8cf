import type { ImageHeader } from '../../core/image';
import { utc } from '../../core/units';

/** What is wrong with an image that says to be of a later time than S3 stored it; undefined for all others. */
export function whyAhead({ statedAtMs, changedAtMs }: ImageHeader): string | undefined {
  if (statedAtMs === undefined) return undefined;
  return `it says to be of ${utc(statedAtMs)}, and S3 stored it at ${utc(changedAtMs)}, which is what counts: a wrong clock wrote it, or somebody forged it`;
}
