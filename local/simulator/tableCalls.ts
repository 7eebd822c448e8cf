import type { BatchTable } from '../../aws/batchTable';
import type { TableScanner } from '../../aws/tableScan';
import type { AttributeMap } from '../../core/attributeValue';
import type { CallErrors, Process } from './process';
import { Random } from './random';

/** What a table holds, and how it is changed. */
export interface TableOfItems {
  readonly items: ReadonlyMap<string, AttributeMap>;
  write(id: string, after: AttributeMap | undefined): void;
}

/** How DynamoDB says that it is away, and how a client says that no answer came. */
export const DYNAMODB_ERRORS: CallErrors = {
  unavailable: () => Object.assign(new Error('simulated'), { name: 'InternalServerError' }),
  lostAnswer: () => Object.assign(new Error('simulated'), { name: 'TimeoutError' }),
};
const PAGE = 2;

/** How the project reaches a table's items, for one process. */
export function tableCalls(
  process: Process,
  table: TableOfItems,
): { scanner: TableScanner; batches: Pick<BatchTable, 'getBatch' | 'scan' | 'write'> } {
  const call = <Answer>(does: () => Answer) => process.call(DYNAMODB_ERRORS, does);
  const page = (segment: number, of: number, after: string | undefined) =>
    call(() => {
      const ids = [...table.items.keys()].filter((id) => segmentOf(id, of) === segment && id > (after ?? '')).sort();
      const items = ids.slice(0, PAGE).map((id) => table.items.get(id) ?? {});
      return { items, next: ids.length > PAGE ? ids[PAGE - 1] : undefined };
    });
  return {
    scanner: {
      async page({ number, of }, { after, signal }) {
        signal.throwIfAborted();
        const { items, next } = await page(number, of, idOf(after));
        return { items, capacityUnits: 1, ...(next !== undefined && { next: { id: { S: next } } }) };
      },
    },
    batches: {
      getBatch: (keys) => call(() => keys.flatMap((key) => found(table, idOf(key)))),
      async *scan(segment, totalSegments) {
        let after: string | undefined;
        do {
          const { items, next } = await page(segment, totalSegments, after);
          yield items;
          after = next;
        } while (after !== undefined);
      },
      write: (operations) =>
        call(() => {
          for (const operation of operations) {
            if ('put' in operation) table.write(idOf(operation.put) ?? '', operation.put);
            else table.write(idOf(operation.delete) ?? '', undefined);
          }
          return [];
        }),
    },
  };
}

/** A table without a past: what a restore fills. */
export class PlainTable implements TableOfItems {
  readonly items = new Map<string, AttributeMap>();

  write(id: string, after: AttributeMap | undefined): void {
    if (after) this.items.set(id, after);
    else this.items.delete(id);
  }
}

function found({ items }: TableOfItems, id = ''): AttributeMap[] {
  const item = items.get(id);
  return item ? [item] : [];
}

function idOf(attributes: AttributeMap | undefined): string | undefined {
  const id = attributes?.id;
  return id && 'S' in id ? id.S : undefined;
}

function segmentOf(id: string, of: number): number {
  return Math.floor(new Random('segment', id).next() * of);
}
