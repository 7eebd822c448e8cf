import type { BatchTable } from '../../aws/batchTable';
import type { AttributeMap } from '../../core/attributeValue';
import type { UnfinishedNotes, UnfinishedRestore } from '../../operations/restore/unfinished';
import type { Process } from './process';
import { textOf } from './table';
import { DYNAMODB_ERRORS, tableCalls, type TableOfItems } from './tableCalls';

/** A change of the restored table. */
interface Written {
  readonly id: string;
  readonly atMs: number;
  /** The restore that made it; undefined: the application. */
  readonly by?: string;
}

/** The table that restores make and fill, and that an application uses as soon as it is there. */
export class RestoredTable implements TableOfItems {
  readonly items = new Map<string, AttributeMap>();
  readonly written: Written[] = [];
  /** What a restore took back of what the application had written before that restore began. */
  readonly reverted: string[] = [];
  /** Undefined: there is no such table yet. */
  createdAtMs: number | undefined;
  /** What two machines remember of restores. */
  readonly machines = [memoryNotes(), memoryNotes()] as const;

  constructor(private readonly nowMs: () => number) {}

  create(): void {
    this.createdAtMs ??= this.nowMs();
  }

  /** By the application. */
  write(id: string, after: AttributeMap | undefined): void {
    this.change(id, after);
  }

  /** By a restore that began at a time. */
  writeBy(by: string, beganAtMs: number, id: string, after: AttributeMap | undefined): void {
    const last = this.written.findLast((one) => one.id === id);
    const isReverted = textOf(this.items.get(id)) !== textOf(after) && last && !last.by && last.atMs < beganAtMs;
    if (isReverted) this.reverted.push(`${by} made ${id} ${textOf(after)}`);
    this.change(id, after, by);
  }

  hasBeenWrittenByApplication(id: string): boolean {
    return this.written.some((one) => one.id === id && !one.by);
  }

  private change(id: string, after: AttributeMap | undefined, by?: string): void {
    if (textOf(this.items.get(id)) === textOf(after)) return;
    if (after) this.items.set(id, after);
    else this.items.delete(id);
    this.written.push({ id, atMs: this.nowMs(), by });
  }
}

/** How a restore reaches the table. */
export function restoredTableCalls(process: Process, table: RestoredTable): BatchTable {
  const call = <Answer>(does: () => Answer) => process.call(DYNAMODB_ERRORS, does);
  const beganAtMs = process.world.nowMs;
  const writeBy = table.writeBy.bind(table, process.name, beganAtMs);
  return {
    ...tableCalls(process, { items: table.items, write: writeBy }).batches,
    tableName: 'back',
    describe: () =>
      call(() => {
        if (table.createdAtMs === undefined) return undefined;
        return {
          ...{ TableStatus: 'ACTIVE', TableId: 'back', CreationDateTime: new Date(table.createdAtMs) },
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        };
      }),
    create: () => call(() => table.create()),
    hasItems: () => call(() => table.items.size > 0),
  };
}

function memoryNotes(): UnfinishedNotes {
  const notes = new Map<string, UnfinishedRestore>();
  return {
    read: (tableId) => Promise.resolve(notes.get(tableId)),
    write: (note) => Promise.resolve(void notes.set(note.tableId, note)),
    remove: (tableId) => Promise.resolve(void notes.delete(tableId)),
  };
}
