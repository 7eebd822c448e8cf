import type { ListedVersion } from './s3';

/** An image as the judge reads it. */
export interface SeenImage {
  readonly version: ListedVersion;
  readonly kind: 'backfill' | 'stream' | 'repair';
  readonly streamLabel: string;
  readonly sequenceNumber: bigint;
  /** `dcs-time` */
  readonly timeMs: number;
  /** The item as `textOf` spells it; `none` for a tombstone. */
  readonly text: string;
}
