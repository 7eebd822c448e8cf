import { compareText } from '../../../core/journal/hashOrder';
import type { SortedItem } from '../runs/itemsOfRun';

/** A place in a file in hash order. Of an item that goes on in the next piece, one piece is held at a time. */
export class Cursor {
  /** Undefined at the end. */
  piece: SortedItem | undefined;
  private pieces: readonly SortedItem[] = [];
  private at = 0;

  constructor(private readonly batches: AsyncIterator<readonly SortedItem[]>) {}

  /** Goes to the next piece; it takes a while where that has to be read. */
  next(): void | Promise<void> {
    this.at += 1;
    this.piece = this.pieces[this.at];
    return this.piece ? undefined : this.load();
  }

  /** Goes on in the item of a piece. False where it has ended. */
  async goesOn({ objectKey }: SortedItem): Promise<boolean> {
    await this.next();
    return this.piece?.objectKey === objectKey;
  }

  async close(): Promise<void> {
    await this.batches.return?.();
  }

  async load(): Promise<void> {
    for (;;) {
      const step = await this.batches.next();
      this.pieces = step.done ? [] : step.value;
      this.at = 0;
      this.piece = this.pieces[0];
      if (this.piece || step.done) return;
    }
  }
}

/**
 * Joins files in hash order, item by item. Holds what has been read of each, and no more.
 *
 * @param files each as pieces of items, of which one may go on in the next
 * @param use called for each item in hash order, with where it begins in those files that have it, in the order in which they were
 * given; it has to go on behind the item in each
 */
export async function forEachItem(
  files: readonly AsyncIterable<readonly SortedItem[]>[],
  use: (item: SortedItem, cursors: readonly Cursor[]) => void | Promise<void>,
): Promise<void> {
  const cursors = files.map((file) => new Cursor(file[Symbol.asyncIterator]()));
  try {
    await Promise.all(cursors.map((cursor) => cursor.load()));
    for (;;) {
      let first: SortedItem | undefined;
      for (const { piece } of cursors) if (piece && (!first || compareItems(piece, first) < 0)) first = piece;
      if (!first) return;
      const { objectKey } = first;
      const using = use(
        first,
        cursors.filter(({ piece }) => piece?.objectKey === objectKey),
      );
      if (using) await using;
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

function compareItems(a: SortedItem, b: SortedItem): number {
  return compareText(a.hash, b.hash) || compareText(a.objectKey, b.objectKey);
}
