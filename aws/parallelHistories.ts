import { Channel } from '../core/channel';
import { middleOf, type KeyRange } from '../core/keyRanges';
import { flattened } from '../core/steps';
import {
  HistoryGrouping,
  type ListingMarker,
  type ObjectHistory,
  type ObjectVersion,
  type VersionLister,
} from './objectVersions';

/** Lists what is below a prefix as {@link historyPages} does, object by object. */
export function parallelHistories(...listing: Parameters<typeof historyPages>): AsyncIterable<ObjectHistory> {
  return flattened(historyPages(...listing));
}

/**
 * Lists what is below a prefix on several connections, in no order. Objects come as many at a time as they were listed:
 * to hand on one by one costs more than to list them.
 *
 * Steps: one worker starts with everything. Whenever a worker has nothing to do, it takes the far part of the range of
 * one that has a whole page of it behind it and further ones before it (`middleOf`). Each range is cut between keys, so the versions of an object stay
 * with one worker. Memory: a page for each worker, and what waits to be taken.
 *
 * Cutting needs an S3 that starts a listing at any key, not only at one that is there. S3 does; an emulator may leave
 * out an object then. So the first cut is tried on keys that are known, and where it fails nothing is cut.
 */
export async function* historyPages(
  lister: VersionLister,
  prefix: string,
  { parallelism = 16, signal }: { parallelism?: number; signal?: AbortSignal } = {},
): AsyncGenerator<readonly ObjectHistory[]> {
  const channel = new Channel<readonly ObjectHistory[]>(QUEUED_PAGES);
  const listing = new Listing(lister, prefix, channel, signal);
  const ended = listing.all(parallelism).then(
    () => channel.end(),
    (error: unknown) => {
      listing.stop();
      channel.end(error);
    },
  );
  try {
    yield* channel;
  } finally {
    listing.stop();
    await ended;
  }
}

const QUEUED_PAGES = 2;

/** A range that a worker is listing. */
interface Range {
  /** Everything up to this key has been received. */
  after: string;
  upTo?: string;
  /**
   * Since its last cut a whole page has come, with nothing from beyond its end. Each cut costs a page, most of which may lie
   * beyond the new end: without this, workers with nothing to do cut what is left of a range whose owner only waits for
   * the consumer, and most of what is listed is listed many times.
   */
  isLong: boolean;
}

class Listing {
  private readonly open = new Set<Range>();
  private stopped = false;
  private triedCut = false;
  private canCut = false;
  private parallelism = 1;
  private onEnd: () => void = () => undefined;
  private onError: (error: unknown) => void = () => undefined;

  constructor(
    private readonly lister: VersionLister,
    private readonly prefix: string,
    private readonly channel: Channel<readonly ObjectHistory[]>,
    private readonly signal: AbortSignal | undefined,
  ) {}

  stop(): void {
    this.stopped = true;
  }

  /** @throws the first error, at once */
  all(parallelism: number): Promise<void> {
    this.parallelism = parallelism;
    return new Promise((resolve, reject) => {
      this.onEnd = resolve;
      this.onError = reject;
      this.begin({ after: '', isLong: false });
    });
  }

  private begin(range: Range): void {
    this.open.add(range);
    void this.work(range).catch(this.onError);
  }

  private async work(first: Range): Promise<void> {
    for (let range: Range | undefined = first; range; range = this.taken()) {
      await Promise.resolve(); // all that is cut now is cut before the first of it is listed
      try {
        await this.list(range);
      } finally {
        this.open.delete(range);
        void this.cutMore();
      }
    }
    if (this.open.size === 0) this.onEnd();
  }

  private taken(): Range | undefined {
    const cut = this.canCut && !this.stopped ? this.cut() : undefined;
    if (cut) this.open.add(cut);
    return cut;
  }

  /** Others begin to work where there is something to cut: whoever waited for it would look at each page in vain. */
  private async cutMore(): Promise<void> {
    if (!this.canCut) return;
    await Promise.resolve(); // whoever is done comes first
    while (!this.stopped && this.open.size < this.parallelism) {
      const cut = this.cut();
      if (!cut) return;
      this.begin(cut);
    }
  }

  /** Takes the far part of the range that is cut at the shortest key: most likely the largest one. */
  private cut(): Range | undefined {
    const cuts = [...this.open]
      .filter(({ isLong }) => isLong)
      .flatMap((range) => {
        const middle = middleOf(range satisfies KeyRange, this.prefix);
        return middle === undefined ? [] : [{ range, middle }];
      })
      .sort((a, b) => a.middle.length - b.middle.length);
    const [best] = cuts;
    if (!best) return undefined;
    const far: Range = { after: best.middle, upTo: best.range.upTo, isLong: false };
    best.range.upTo = best.middle;
    best.range.isLong = false;
    return far;
  }

  private async list(range: Range): Promise<void> {
    const grouping = new HistoryGrouping();
    let after: ListingMarker | undefined = range.after === '' ? undefined : { objectKey: range.after };
    for (;;) {
      if (this.stopped) return;
      const page = await this.lister.page(this.prefix, { after, signal: this.signal });
      const last = page.versions.at(-1)?.objectKey;
      range.after = last ?? range.after;
      // A page may end behind the range it was asked for: then the range is done.
      range.isLong = page.next !== undefined && (range.upTo === undefined || range.after < range.upTo);
      if (page.next && !this.triedCut) await this.tryCut(page.versions);
      void this.cutMore();
      if (!(await this.give(range, grouping.add(page)))) return;
      if (!page.next || (range.upTo !== undefined && page.next.objectKey > range.upTo)) break;
      after = page.next;
    }
    await this.give(range, grouping.rest());
  }

  /** Hands on what lies in the range; false at its end, or when nothing more is wanted. */
  private async give({ upTo }: Range, histories: readonly ObjectHistory[]): Promise<boolean> {
    const beyond = upTo === undefined ? -1 : histories.findIndex(({ objectKey }) => objectKey > upTo);
    const inRange = beyond < 0 ? histories : histories.slice(0, beyond);
    if (inRange.length > 0 && !(await this.channel.send(inRange))) this.stop();
    return beyond < 0 && !this.stopped;
  }

  /** Looks whether a listing that starts just before a key that is there begins with the newest version of that key. */
  private async tryCut(versions: readonly ObjectVersion[]): Promise<void> {
    this.triedCut = true;
    const known = versions.find(
      ({ objectKey }, i) => i > 0 && objectKey.slice(0, -1) > (versions[i - 1]?.objectKey ?? ''),
    );
    if (known === undefined) return;
    const after = { objectKey: known.objectKey.slice(0, -1) };
    const page = await this.lister.page(this.prefix, { after, maxKeys: 1, signal: this.signal });
    this.canCut = page.versions[0]?.versionId === known.versionId;
  }
}
