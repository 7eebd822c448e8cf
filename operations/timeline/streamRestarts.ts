import type { ObjectVersion } from '../../aws/objectVersions';
import { headerOf } from '../images/headerOf';
import type { ImageSource } from '../images/imageSource';
import { whyUnreadable } from '../images/whyUnreadable';
import { MINUTE_MS } from './histogram';

/** A time in which changes may have been made that are in no image. */
export interface CaptureGap {
  readonly fromMs: number;
  /** The first moment after it. */
  readonly toMs: number;
}

/** Metadata is read one after another: half a minute's worth of it. */
const MOST_READS = 256;

/**
 * Where a table's stream was switched off and on again: what was changed between is in no image. Every image names its stream,
 * and a stream's label is the moment at which it was enabled; so the gap is from the last change of one to the beginning of the next.
 *
 * Keeps the first and the last version of every minute, and reads the metadata of a few: streams follow one another, so where
 * one ends is found by halving. A gap may begin up to a minute early, never late;
 * a stream that shows no image but in one minute, between those of a backfill, may be passed over.
 */
export class StreamRestarts {
  private readonly minutes = new Map<number, [first: ObjectVersion, last: ObjectVersion]>();

  /** Any version of an image, in any order. */
  add(version: ObjectVersion): void {
    const minute = Math.floor(version.storedAtMs / MINUTE_MS);
    const [first, last] = this.minutes.get(minute) ?? [version, version];
    this.minutes.set(minute, [
      version.storedAtMs < first.storedAtMs ? version : first,
      version.storedAtMs >= last.storedAtMs ? version : last,
    ]);
  }

  /**
   * @returns the gaps, oldest first; `isWhole` is false where there were too many images of no stream (a backfill's) to look
   * past all of them
   */
  async gaps(source: Pick<ImageSource, 'images'>): Promise<{ gaps: CaptureGap[]; isWhole: boolean }> {
    const versions = [...this.minutes.values()].flatMap(([first, last]) => (first === last ? [first] : [first, last]));
    versions.sort((a, b) => a.storedAtMs - b.storedAtMs);
    const search = new Search(source, versions);
    const [first, last] = [await search.nextFrom(0, 1), await search.nextFrom(versions.length - 1, -1)];
    if (first && last) await search.between(first, last);
    return { gaps: search.found, isWhole: search.reads < MOST_READS };
  }
}

/** A version of a stream, by its place in the order of being stored. */
interface Place {
  readonly at: number;
  readonly streamLabel: string;
  readonly changedAtMs: number;
}

class Search {
  readonly found: CaptureGap[] = [];
  reads = 0;
  private readonly known = new Map<number, Promise<Place | undefined>>();

  constructor(
    private readonly source: Pick<ImageSource, 'images'>,
    private readonly versions: readonly ObjectVersion[],
  ) {}

  /** Finds every restart between two places. */
  async between(low: Place, high: Place): Promise<void> {
    if (low.streamLabel === high.streamLabel) return;
    const middle = await this.inside(low.at, high.at);
    if (middle) {
      await this.between(low, middle);
      await this.between(middle, high);
      return;
    }
    const stated = Date.parse(`${high.streamLabel}Z`);
    const beginsMs = Number.isNaN(stated) ? high.changedAtMs : stated;
    // An image of a former stream that was stored late is no restart.
    if (low.streamLabel < high.streamLabel)
      this.found.push({ fromMs: Math.min(low.changedAtMs, beginsMs), toMs: beginsMs });
  }

  /** The first one of a stream from here on, in one direction. */
  async nextFrom(at: number, step: 1 | -1, end = step === 1 ? this.versions.length : -1): Promise<Place | undefined> {
    for (let i = at; i !== end && i >= 0 && i < this.versions.length; i += step) {
      const place = await this.placeAt(i);
      if (place) return place;
    }
    return undefined;
  }

  private async inside(low: number, high: number): Promise<Place | undefined> {
    const middle = Math.floor((low + high) / 2);
    if (middle === low) return undefined;
    return (await this.nextFrom(middle, 1, high)) ?? (await this.nextFrom(middle - 1, -1, low));
  }

  private placeAt(at: number): Promise<Place | undefined> {
    const known = this.known.get(at) ?? this.read(at);
    this.known.set(at, known);
    return known;
  }

  private async read(at: number): Promise<Place | undefined> {
    const version = this.versions[at];
    if (!version || this.reads >= MOST_READS) return undefined;
    this.reads += 1;
    try {
      const { position, changedAtMs } = await headerOf(this.source, version);
      // A repair or redrive may be stored long after what its stream was.
      return position.source === 'stream' ? { at, streamLabel: position.streamLabel, changedAtMs } : undefined;
    } catch (error) {
      if (whyUnreadable(error) === undefined) throw error;
      return undefined;
    }
  }
}
