/** What a sink is to be for the next run. */
export interface SinkSettings {
  readonly items: number;
  /** The buckets hold the items' images, and nothing else; otherwise they are empty. */
  readonly hasImages: boolean;
  /** Images of each item, the earlier ones of its earlier states. Default: 1. */
  readonly versions?: number;
  /** What listings say is made before the run, so that the time of one has nothing of it. Takes memory for each version. */
  readonly isListedBefore?: boolean;
  /** Of orders, which are no two alike, instead of items that differ in their keys. */
  readonly isOfOrders?: boolean;
  /** Instead of images: a bucket that keeps what is put into it from run to run, under this name. */
  readonly bucket?: string;
  /** That bucket has about so many changes of a day, in a journal of which there is what one item needs. */
  readonly changesOfDay?: number;
  /** Each answer comes so much later, and what was written is there only then. */
  readonly latencyMs: number;
  /** The same, at random between none and so much. */
  readonly jitterMs: number;
}

/** What a sink has received and given since its settings: enough to see whether a run did its work. */
export interface Received {
  /** Images put, and items written, sent twice counted twice. */
  readonly writes: number;
  /** Different items among them. */
  readonly items: number;
  /** Writes that are not what the item is: of another item, cut off, or not as their Content-MD5 says. */
  readonly damaged: number;
  /** Bytes of what was put as objects, as they were sent. */
  readonly putBytes: number;
  /** Items whose last write is not the last revision. */
  readonly stale: number;
  /** Images that were read. */
  readonly gets: number;
  readonly scanned: number;
  readonly listed: number;
  /** Of any kind. */
  readonly requests: number;
}

/** One run's state. Grows with the items by three bytes for each. */
export class SinkState {
  writes = 0;
  distinct = 0;
  damaged = 0;
  putBytes = 0;
  gets = 0;
  scanned = 0;
  listed = 0;
  requests = 0;
  /** An import has been asked for, and is over: the table is there. */
  isImported = false;
  /** What a listing says of each version, by its number. */
  readonly entries: string[] = [];
  private readonly written: Uint8Array;
  private readonly revisions: Uint16Array;
  private newestRevision = 0;

  constructor(readonly settings: SinkSettings) {
    this.written = new Uint8Array(settings.items);
    this.revisions = new Uint16Array(settings.items);
  }

  /** Notes that an item was written, with its text as it was sent. */
  write(body: string, isWhole: boolean): void {
    const { items } = this.settings;
    const number = Number(/"n":(?:\{"N":)?"?(\d+)/.exec(body)?.[1]);
    const revision = Number(/"revision":(?:\{"N":)?"?(\d+)/.exec(body)?.[1] ?? 0);
    this.writes += 1;
    if (!isWhole || !(number < items) || body.length < 420) this.damaged += 1;
    if (!(number < items)) return;
    if (this.written[number] === 0) this.distinct += 1;
    this.written[number] = 1;
    this.revisions[number] = revision;
    this.newestRevision = Math.max(this.newestRevision, revision);
  }

  has(number: number): boolean {
    return this.written[number] === 1;
  }

  received(): Received {
    const { writes, distinct: items, damaged, putBytes, gets, scanned, listed, requests } = this;
    let stale = 0;
    for (let number = 0; number < this.written.length; number += 1) {
      if (this.has(number) && this.revisions[number] !== this.newestRevision) stale += 1;
    }
    return { writes, items, damaged, putBytes, stale, gets, scanned, listed, requests };
  }
}
