import { compareChanges } from '../../core/changePosition';
import { digestLeftBy } from '../../core/chain';
import type { ImageHeader } from '../../core/image';
import { inParallel } from '../../core/inParallel';
import type { ObjectVersion } from '../../aws/objectVersions';
import { headerOf } from '../images/headerOf';
import type { ImageSource } from '../images/imageSource';
import { whyDamaged } from '../images/whyUnreadable';
import type { Bucket } from './digestIndex';
import type { StateInBucket, StatesOfItem } from './statesOfItem';

const READS = 16;
/** Of one item in one look; the next look goes on after them. */
const MOST_READ = 256;

/**
 * Tells whether the images of an item that never holds still keep up with it, by what the looks have seen and by no clock: a
 * state that the table was found in after the first look has come to a bucket in an image that was not there at the first
 * look, of a later change than all that were.
 */
export class Following {
  /** Digest of the item at the second look: no image of it can have been the newest before the first one. */
  private digest?: string;
  private readonly buckets: Readonly<Record<Bucket, Arrivals>>;

  constructor({ source, destination }: StatesOfItem) {
    this.buckets = { source: new Arrivals(source), destination: new Arrivals(destination) };
  }

  /** @param look a later one than the first, in which something is wrong */
  async isSeenIn(look: StatesOfItem, sources: Readonly<Record<Bucket, ImageSource>>): Promise<boolean> {
    const { digest, buckets } = this;
    this.digest ??= look.table.digest;
    if (digest === undefined || look.table.digest === digest) return false;
    for (const bucket of ['source', 'destination'] as const) {
      const state = look[bucket];
      if (state.is === 'state' && state.digest === look.table.digest) continue;
      if (!(await buckets[bucket].haveBrought(digest, state, sources[bucket]))) return false;
    }
    return true;
  }
}

/** The images that have come to a bucket since the first look. */
class Arrivals {
  private readonly seen: Set<string>;
  private readonly first: ImageHeader | undefined;
  private hasBrought = false;

  constructor(first: StateInBucket) {
    this.seen = new Set(first.is === 'none' ? [] : first.versions.map(({ versionId }) => versionId));
    this.first = first.is === 'none' ? undefined : first.header;
  }

  async haveBrought(digest: string, state: StateInBucket, source: ImageSource): Promise<boolean> {
    if (state.is !== 'state') return false;
    const news = state.versions.filter(({ versionId }) => !this.seen.has(versionId)).slice(0, MOST_READ);
    await inParallel(this.hasBrought ? [] : news, READS, async (version) => {
      const header = await readableHeader(source, version);
      this.seen.add(version.versionId);
      this.hasBrought ||= header !== undefined && this.isLater(header) && isBeside(header, digest);
    });
    return this.hasBrought;
  }

  private isLater({ position }: ImageHeader): boolean {
    return !this.first || compareChanges(position, this.first.position) > 0;
  }
}

/** Whether a change left a state, or was made to it. */
function isBeside(header: ImageHeader, digest: string): boolean {
  return digestLeftBy(header) === digest || header.previousDigest === digest;
}

async function readableHeader(source: ImageSource, version: ObjectVersion): Promise<ImageHeader | undefined> {
  try {
    return await headerOf(source, version);
  } catch (error) {
    if (whyDamaged(error) === undefined) throw error;
    return undefined;
  }
}
