import { RejectedWriteError, type BatchTable, type WriteOperation } from '../../aws/batchTable';
import type { ConditionalWrite, ConditionalWrites } from '../../aws/conditionalWrites';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { keysOf, type KeySchema } from '../../core/objectKey';
import { changed, type Change } from '../../core/plannedWrite';

/** A table in memory that leaves some of what it is sent unprocessed, as DynamoDB does. */
export class MemoryTable implements Pick<BatchTable, 'getBatch' | 'scan' | 'write'>, ConditionalWrites {
  readonly items = new Map<string, AttributeMap>();
  /** How many operations of a batch are done; the rest is left unprocessed. */
  accepts: (batch: readonly WriteOperation[]) => number = (batch) => batch.length;
  /** Items that DynamoDB would refuse. */
  refuses: (operation: WriteOperation) => boolean = () => false;
  /** How much JSON a call may have. */
  takesBytes = 16 * 1024 * 1024;
  written = 0;

  constructor(
    private readonly schema: KeySchema,
    items: readonly AttributeMap[] = [],
  ) {
    for (const item of items) this.items.set(this.keyOf(item), item);
  }

  getBatch(keys: readonly AttributeMap[]): Promise<AttributeMap[]> {
    // Source: DynamoDB API reference, BatchGetItem.
    if (new Set(keys.map((key) => canonicalItem(key))).size < keys.length)
      return Promise.reject(new Error('Provided list of item keys contains duplicates'));
    return Promise.resolve(
      keys.flatMap((key) => {
        const item = this.items.get(canonicalItem(key));
        return item ? [item] : [];
      }),
    );
  }

  async *scan(segment: number, totalSegments: number): AsyncGenerator<AttributeMap[]> {
    const ofSegment = [...this.items.values()].filter((_, i) => i % totalSegments === segment);
    for (let at = 0; at < ofSegment.length; at += 2) yield await Promise.resolve(ofSegment.slice(at, at + 2));
  }

  write(operations: readonly WriteOperation[]): Promise<WriteOperation[]> {
    if (new Set(operations.map((operation) => this.keyOfOperation(operation))).size < operations.length) {
      return Promise.reject(new RejectedWriteError('Provided list of item keys contains duplicates'));
    }
    if (operations.length > 25 || Buffer.byteLength(JSON.stringify(operations)) > this.takesBytes) {
      return Promise.reject(new RejectedWriteError('the request is too large'));
    }
    if (operations.some(this.refuses)) return Promise.reject(new RejectedWriteError('item is refused'));
    const done = operations.slice(0, this.accepts(operations));
    for (const operation of done) this.carryOut(operation);
    return Promise.resolve(operations.slice(done.length));
  }

  /** Runs before each conditional write: whatever happens between a look and a write. */
  beforeWriteIf: (write: ConditionalWrite) => void = () => undefined;

  async writeIf(write: ConditionalWrite): Promise<boolean> {
    await Promise.resolve();
    this.beforeWriteIf(write);
    const { keys, change, expected, isOfWholeItem = false } = write;
    const [key, now] = [canonicalItem(keys), this.items.get(canonicalItem(keys))];
    if (change.do !== 'delete' && this.refuses({ put: changed(now, change)! }))
      throw new RejectedWriteError('item is refused');
    if (!isAsRead(change, expected, now, isOfWholeItem)) return false;
    this.written += 1;
    const after = changed(now, change);
    if (after) this.items.set(key, after);
    else this.items.delete(key);
    return true;
  }

  private carryOut(operation: WriteOperation): void {
    this.written += 1;
    if ('put' in operation) this.items.set(this.keyOf(operation.put), operation.put);
    else this.items.delete(canonicalItem(operation.delete));
  }

  private keyOf(item: AttributeMap): string {
    return canonicalItem(keysOf(this.schema, item));
  }

  private keyOfOperation(operation: WriteOperation): string {
    return 'put' in operation ? this.keyOf(operation.put) : canonicalItem(operation.delete);
  }
}

/** The conditions that `aws/conditionalWrites` makes: its tests hold it to that against DynamoDB Local. */
function isAsRead(
  change: Change,
  expected: AttributeMap | undefined,
  now: AttributeMap | undefined,
  isOfWholeItem: boolean,
): boolean {
  const text = (item: AttributeMap | undefined) => (item ? canonicalItem(item) : 'none');
  if (change.do !== 'update') return text(expected) === text(now);
  const touched = (item: AttributeMap | undefined) =>
    item &&
    Object.fromEntries(
      Object.entries(item).filter(
        ([name]) =>
          Object.hasOwn(change.set, name) ||
          change.remove.includes(name) ||
          (isOfWholeItem && Object.hasOwn(expected ?? {}, name)),
      ),
    );
  return now !== undefined && text(touched(expected)) === text(touched(now));
}
