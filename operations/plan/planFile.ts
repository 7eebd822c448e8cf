import { createHash, randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RefusedError, UsageError } from '../../core/errors';
import { attributeOf, type AttributeMap } from '../../core/attributeValue';
import { canonicalItem, canonicalValue } from '../../core/canonicalItem';
import { changed, type PlannedWrite } from '../../core/plannedWrite';

const MODES = ['fill', 'merge', 'mirror'] as const;
export type PlanMode = (typeof MODES)[number];

/** What a plan is for. Its writes are of no other table. */
export interface PlanHeader {
  readonly verb: 'revert' | 'restore';
  /** Of a restore: what becomes of other items. It says what needs a yes. */
  readonly mode?: PlanMode;
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
 * A plan as JSON lines: what it is for, each write, and at the end how many there were, how many items were left when it was
 * made, and the SHA-256 of all lines before and of those numbers, so that a part of a plan is none, and one that was changed neither.
 * A file of the operator's own, or one without a name that is gone with the process.
 */
export class PlanFile {
  private pending: string[] = [];
  private pendingBytes = 0;
  private writes = 0;
  private readonly hash = createHash('sha256');

  private isWhole = false;

  private constructor(
    private readonly file: FileHandle,
    readonly name: string,
    private readonly isNamed: boolean,
  ) {}

  /** @throws UsageError when the file is there already, or cannot be made */
  static async create(header: PlanHeader, name?: string): Promise<PlanFile> {
    const given = name ?? path.join(tmpdir(), `dcs-plan-${randomUUID()}`);
    try {
      const file = await open(given, 'wx+', 0o600);
      if (name === undefined) await unlink(given);
      const plan = new PlanFile(file, given, name !== undefined);
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

  /** @param left items that could not be planned for */
  async end(left: number): Promise<void> {
    const end = { writes: this.writes, left };
    this.hash.update(numbersText(end));
    await this.line({ type: 'end', ...end, digest: this.hash.copy().digest('hex') });
    await this.flush();
    this.isWhole = true;
  }

  /** The writes, once it has ended; as often as wanted. */
  planned(): AsyncIterable<PlannedWrite> {
    return writesIn(this.file, this.name);
  }

  /** What did not come to its end is no plan, and its name can be used again. */
  async close(): Promise<void> {
    await this.file.close();
    if (this.isNamed && !this.isWhole) await unlink(this.name);
  }

  private async line(record: object): Promise<void> {
    const text = JSON.stringify(record);
    this.hash.update(`${text}\n`);
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
  /** Items that were left when it was made. */
  readonly left: number;
  planned(): AsyncIterable<PlannedWrite>;
  close(): Promise<void>;
}

/**
 * Goes through the whole file before the first write is given.
 *
 * @throws UsageError when it is no plan, not a whole one, or one that was changed
 */
export async function openPlan(name: string): Promise<KeptPlan> {
  const file = await open(name, 'r').catch((error: unknown) => {
    throw cannotRead(name, error);
  });
  try {
    const header = await headerIn(file, name);
    const all = writesIn(file, name);
    let next = await all.next();
    while (!next.done) next = await all.next();
    return { header, left: next.value, planned: () => writesIn(file, name), close: () => file.close() };
  } catch (error) {
    await file.close();
    // Of the disk, and no error of ours: a folder is opened as a file is, and refused when it is read.
    throw (error as NodeJS.ErrnoException).code === undefined ? error : cannotRead(name, error);
  }
}

function cannotRead(name: string, error: unknown): UsageError {
  return new UsageError([
    `the plan ${name} cannot be read: ${(error as Error).message}; --dry-run --plan FILE makes one`,
  ]);
}

type Line = Readonly<Record<string, unknown>>;

/** What the digest is of besides the lines before the end: a plan that leaves nothing must not be made of one that does. */
function numbersText({ writes, left }: { readonly writes: number; readonly left: number }): string {
  return JSON.stringify({ writes, left });
}

async function headerIn(file: FileHandle, name: string): Promise<PlanHeader> {
  for await (const { line } of linesIn(file, name)) {
    const { type, format, verb, mode, tableName, tableId, title } = line;
    if (type !== 'plan') break;
    if (format !== FORMAT)
      throw wrong(name, 1, `it has the format ${JSON.stringify(format)}, and this version knows ${FORMAT}`);
    if (verb === 'erase') throw new RefusedError(`${name} is a plan of dcs erase; give it to that command`);
    if (typeof tableName !== 'string' || typeof tableId !== 'string') break;
    const header = { tableName, tableId, title: typeof title === 'string' ? title : '' };
    const known = MODES.find((one) => one === mode);
    if (verb === 'revert') return { verb, ...header };
    if (verb === 'restore' && known) return { verb, mode: known, ...header };
    break;
  }
  throw wrong(name, 1, 'it is no plan of dcs');
}

/** @returns how many items were left when it was made */
async function* writesIn(file: FileHandle, name: string): AsyncGenerator<PlannedWrite, number> {
  let [number, writes, end]: [number, number, Line | undefined] = [0, 0, undefined];
  const hash = createHash('sha256');
  for await (const { line, text } of linesIn(file, name)) {
    number += 1;
    if (end) throw wrong(name, number, 'it stands behind the end');
    if (line.type === 'end') end = line;
    else hash.update(`${text}\n`);
    if (line.type !== 'write') continue;
    writes += 1;
    yield writeOf(line, name, number);
  }
  if (end?.writes !== writes)
    throw wrong(name, number, `it has ${writes} writes and no line that says so at its end: it is not whole`);
  const { left, digest } = end;
  if (typeof left !== 'number' || !(left >= 0) || digest !== hash.update(numbersText({ writes, left })).digest('hex'))
    throw wrong(name, number, 'the digest is of other lines: the plan was changed after it was made');
  return left;
}

function writeOf(line: Line, name: string, number: number): PlannedWrite {
  const { objectKey, keys, expects, becomes, isChangedLater } = line;
  try {
    canonicalItem(keys as PlannedWrite['keys']);
    const write = { objectKey, keys, expects, becomes, isChangedLater, change: changeOf(line) } as PlannedWrite;
    const after = changed(write.keys, write.change);
    if (after) canonicalItem(after);
    if (write.change.do !== 'delete' && !hasKeys(after, write.keys)) throw new Error('its change is of another item');
    if (typeof expects === 'string' && typeof becomes === 'string') return write;
  } catch (error) {
    throw wrong(name, number, (error as Error).message);
  }
  throw wrong(name, number, 'it does not say what it expects and what becomes of it');
}

function hasKeys(item: AttributeMap = {}, keys: AttributeMap): boolean {
  return Object.entries(keys).every(([name, value]) => {
    const own = attributeOf(item, name);
    return own !== undefined && canonicalValue(own) === canonicalValue(value);
  });
}

function changeOf({ do: what, item, set, remove }: Line): PlannedWrite['change'] {
  if (what === 'delete') return { do: what };
  if (what === 'put') return { do: what, item: item as PlannedWrite['keys'] };
  if (what === 'update' && Array.isArray(remove) && remove.every((one) => typeof one === 'string')) {
    return { do: what, set: set as PlannedWrite['keys'], remove };
  }
  throw new Error(`it has no change that can be made: ${JSON.stringify(what)}; known are put, update and delete`);
}

async function* linesIn(
  file: FileHandle,
  name: string,
): AsyncGenerator<{ readonly line: Line; readonly text: string }> {
  let [at, rest, number] = [0, '', 0];
  const chunk = Buffer.alloc(1024 * 1024);
  const decoder = new TextDecoder();
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    at += bytesRead;
    const lines = (rest + decoder.decode(chunk.subarray(0, bytesRead), { stream: bytesRead > 0 })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE_BYTES) throw wrong(name, number + 1, 'it is longer than any line of a plan');
    for (const text of lines) yield { text, line: parsed(text, name, (number += 1)) };
    if (bytesRead > 0) continue;
    if (rest.trim() !== '') yield { text: rest, line: parsed(rest, name, number + 1) };
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
