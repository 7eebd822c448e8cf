import { flattened } from '../../../core/steps';
import { entriesOfBasePart, type BaseEntry } from '../../../core/journal/basePartEntries';
import { itemsFile, marksFile, type BasePart } from '../../../core/journal/baseManifest';
import { hashOf } from '../../../core/journal/hashOrder';
import type { JournalReads } from '../readObject';
import type { StoredBase } from './catalog';
import type { HashRange, SortedItem } from './itemsOfRun';
import { loadedAhead, naming, readFile } from './readFile';

type Reads = Pick<JournalReads, 'bytes'>;

/**
 * The items of a base in hash order, each with the one line that it has in the runs of which the base was made; tombstones too. A part
 * is read whole and checked before anything of it is yielded.
 *
 * @throws UnreadableImageError, S3Error
 */
export function itemsOfBase(
  reads: Reads,
  base: StoredBase,
  range: HashRange & { readonly signal?: AbortSignal } = {},
): AsyncIterable<SortedItem> {
  return flattened(partsOfBase(reads, base, range));
}

/** Whose texts are in memory at a time. */
const PAGE_ITEMS = 256;

/** The same, many at a time. */
export async function* partsOfBase(
  reads: Reads,
  base: StoredBase,
  { fromHash, toHash, signal }: HashRange & { readonly signal?: AbortSignal } = {},
): AsyncGenerator<readonly SortedItem[]> {
  const load = async (part: BasePart) => {
    const read = (file: string) => readFile(reads, base, file, { signal });
    const [items, marks] = await Promise.all([
      part.items > 0 ? read(itemsFile(part.name)) : undefined,
      read(marksFile(part.name)),
    ]);
    return { part, items, marks };
  };
  for await (const { part, ...files } of loadedAhead(partsBetween(base, { fromHash, toHash }), load)) {
    const entries = naming(base.prefix + part.name, () => entriesOfBasePart(part, files));
    let page: SortedItem[] = [];
    for (const entry of entries) {
      const item = itemOf(entry);
      const { hash } = item;
      if ((fromHash !== undefined && hash < fromHash) || (toHash !== undefined && hash > toHash)) continue;
      page.push(item);
      if (page.length < PAGE_ITEMS) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }
}

function itemOf(entry: BaseEntry): SortedItem {
  return new BaseItem(hashOf(entry.objectKey), entry.objectKey, entry);
}

class BaseItem implements SortedItem {
  constructor(
    readonly hash: string,
    readonly objectKey: string,
    readonly entry: BaseEntry,
  ) {}

  get lines(): readonly string[] {
    return [this.entry.line];
  }
}

/** An item is in one part. */
function partsBetween({ manifest: { parts } }: StoredBase, { fromHash, toHash }: HashRange): readonly BasePart[] {
  return parts.filter(({ firstHash }, i) => {
    const next = parts[i + 1];
    const endsBefore = fromHash !== undefined && next !== undefined && next.firstHash <= fromHash;
    return !endsBefore && (toHash === undefined || firstHash <= toHash);
  });
}
