import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../core/errors';
import { canonicalItem } from '../../core/canonicalItem';
import { changed, type PlannedWrite } from '../../core/plannedWrite';

/** What a plan is for. Its writes are of no other table. */
export interface PlanHeader {
  readonly verb: 'revert' | 'restore';
  readonly tableName: string;
  /** DynamoDB's id of the table that it was made for: a table made again under the name is another one. */
  readonly tableId: string;
  /** For people. */
  readonly title: string;
}

const FORMAT = '1';
/** Larger than any write of a plan: two items of 400 KB as JSON, and room. */
const LONGEST_LINE_BYTES = 64 * 1024 * 1024;

/**
 * A plan as JSON lines: what it is for, each write, and how many there were, so that a part of a plan is none.
 * A file of the operator's own, or one without a name that is gone with the process.
 */
export class PlanFile {
  private pending: string[] = [];
  private pendingBytes = 0;
  private writes = 0;

  private constructor(
    private readonly file: FileHandle,
    readonly name: string,
  ) {}

  /** @throws UsageError when the file is there already, or cannot be made */
  static async create(header: PlanHeader, name?: string): Promise<PlanFile> {
    const given = name ?? path.join(tmpdir(), `dcs-plan-${randomUUID()}`);
    try {
      const file = await open(given, 'wx+', 0o600);
      if (name === undefined) await unlink(given);
      const plan = new PlanFile(file, given);
      await plan.line({ type: 'plan', format: FORMAT, ...header });
      return plan;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      throw new UsageError([
        `the plan cannot be written to ${given}: ${(error as Error).message}; name a new file in a folder that is there`,
      ]);
    }
  }

  async add({ objectKey, keys, change, expects, becomes, isChangedLater }: PlannedWrite): Promise<void> {
    this.writes += 1;
    await this.line({ type: 'write', objectKey, keys, ...change, expects, becomes, isChangedLater });
  }

  async end(): Promise<void> {
    await this.line({ type: 'end', writes: this.writes });
    await this.flush();
  }

  /** The writes, once it has ended; as often as wanted. */
  planned(): AsyncGenerator<PlannedWrite> {
    return writesIn(this.file, this.name);
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async line(record: object): Promise<void> {
    const text = JSON.stringify(record);
    this.pending.push(text);
    this.pendingBytes += text.length;
    if (this.pendingBytes > 256 * 1024) await this.flush();
  }

  private async flush(): Promise<void> {
    const text = this.pending.map((line) => `${line}\n`).join('');
    [this.pending, this.pendingBytes] = [[], 0];
    await this.file.appendFile(text);
  }
}

/** A plan that was kept. */
export interface KeptPlan {
  readonly header: PlanHeader;
  /** Goes through the whole file before the first write is given, so that a part of a plan is refused. */
  planned(): AsyncGenerator<PlannedWrite>;
  close(): Promise<void>;
}

/** @throws UsageError when it is no plan, or not a whole one */
export async function openPlan(name: string): Promise<KeptPlan> {
  let file: FileHandle;
  try {
    file = await open(name, 'r');
  } catch (error) {
    throw new UsageError([
      `the plan ${name} cannot be read: ${(error as Error).message}; --dry-run --plan FILE makes one`,
    ]);
  }
  try {
    const header = await headerIn(file, name);
    const all = writesIn(file, name);
    while (!(await all.next()).done);
    return { header, planned: () => writesIn(file, name), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

type Line = Readonly<Record<string, unknown>>;

async function headerIn(file: FileHandle, name: string): Promise<PlanHeader> {
  for await (const line of linesIn(file, name)) {
    const { type, format, verb, tableName, tableId, title } = line;
    if (type !== 'plan') break;
    if (format !== FORMAT)
      throw wrong(name, 1, `it has the format ${JSON.stringify(format)}, and this version knows ${FORMAT}`);
    if ((verb === 'revert' || verb === 'restore') && typeof tableName === 'string' && typeof tableId === 'string') {
      return { verb, tableName, tableId, title: typeof title === 'string' ? title : '' };
    }
    break;
  }
  throw wrong(name, 1, 'it is no plan of dcs');
}

async function* writesIn(file: FileHandle, name: string): AsyncGenerator<PlannedWrite> {
  let [number, writes, end]: [number, number, unknown] = [0, 0, undefined];
  for await (const line of linesIn(file, name)) {
    number += 1;
    if (line.type === 'write') {
      writes += 1;
      yield writeOf(line, name, number);
    }
    if (line.type === 'end') end = line.writes;
  }
  if (end !== writes)
    throw wrong(name, number, `it has ${writes} writes and no line that says so at its end: it is not whole`);
}

function writeOf(line: Line, name: string, number: number): PlannedWrite {
  const { objectKey, keys, expects, becomes, isChangedLater } = line;
  try {
    canonicalItem(keys as PlannedWrite['keys']);
    const write = { objectKey, keys, expects, becomes, isChangedLater, change: changeOf(line) } as PlannedWrite;
    const after = changed({}, write.change);
    if (after) canonicalItem(after);
    if (typeof expects === 'string' && typeof becomes === 'string') return write;
  } catch (error) {
    throw wrong(name, number, (error as Error).message);
  }
  throw wrong(name, number, 'it does not say what it expects and what becomes of it');
}

function changeOf({ do: what, item, set, remove }: Line): PlannedWrite['change'] {
  if (what === 'delete') return { do: what };
  if (what === 'put') return { do: what, item: item as PlannedWrite['keys'] };
  if (what === 'update' && Array.isArray(remove) && remove.every((one) => typeof one === 'string')) {
    return { do: what, set: set as PlannedWrite['keys'], remove };
  }
  throw new Error(`it has no change that can be made: ${JSON.stringify(what)}; known are put, update and delete`);
}

async function* linesIn(file: FileHandle, name: string): AsyncGenerator<Line> {
  let [at, rest, number] = [0, '', 0];
  const chunk = Buffer.alloc(1024 * 1024);
  const decoder = new TextDecoder();
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    at += bytesRead;
    const lines = (rest + decoder.decode(chunk.subarray(0, bytesRead), { stream: bytesRead > 0 })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE_BYTES) throw wrong(name, number + 1, 'it is longer than any line of a plan');
    for (const line of lines) yield parsed(line, name, (number += 1));
    if (bytesRead > 0) continue;
    if (rest.trim() !== '') yield parsed(rest, name, number + 1);
    return;
  }
}

function parsed(text: string, name: string, number: number): Line {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Line;
  } catch {
    // Told below.
  }
  throw wrong(name, number, 'it is no JSON object');
}

function wrong(name: string, line: number, words: string): UsageError {
  return new UsageError([`the plan ${name}, line ${line}: ${words}. Make the plan again with --dry-run --plan FILE`]);
}
