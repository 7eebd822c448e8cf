import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ObjectHistory } from '../../aws/objectVersions';
import { compareKeys } from '../../core/keyRanges';

const MEMORY_CHARACTERS = 32 * 1024 * 1024;

/**
 * Histories that come in no order, in the byte order of their keys, as S3 lists. What is more than goes into the memory is sorted in parts,
 * each in a temporary file that has no name once it is open, and merged from there.
 */
export async function* inKeyOrder(
  histories: AsyncIterable<ObjectHistory>,
  memoryCharacters = MEMORY_CHARACTERS,
  folder = tmpdir(),
): AsyncGenerator<ObjectHistory> {
  const files: FileHandle[] = [];
  try {
    let held: Keyed[] = [];
    let characters = 0;
    for await (const history of histories) {
      const text = JSON.stringify(history);
      held.push({ objectKey: history.objectKey, text });
      characters += text.length;
      if (characters <= memoryCharacters) continue;
      files.push(await sortedFile(held, folder));
      [held, characters] = [[], 0];
    }
    held.sort(byKey);
    const parts = [...files.map(linesOf), held.values()].map((part) => new Head(part));
    for (const part of parts) await part.step();
    for (;;) {
      const [first] = parts.filter(({ current }) => current !== undefined).sort(byPlace);
      if (!first?.current) return;
      yield JSON.parse(first.current.text) as ObjectHistory;
      await first.step();
    }
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

interface Keyed {
  readonly objectKey: string;
  readonly text: string;
}

const byKey = (a: Keyed, b: Keyed) => compareKeys(a.objectKey, b.objectKey);

/** Where a part stands. */
class Head {
  current: Keyed | undefined;

  constructor(private readonly part: Iterator<Keyed> | AsyncIterator<Keyed>) {}

  async step(): Promise<void> {
    const next = await this.part.next();
    this.current = next.done ? undefined : next.value;
  }
}

function byPlace({ current: a }: Head, { current: b }: Head): number {
  return a && b ? byKey(a, b) : 0;
}

async function sortedFile(part: Keyed[], folder: string): Promise<FileHandle> {
  const name = path.join(folder, `dcs-sort-${randomUUID()}`);
  const file = await open(name, 'wx+', 0o600);
  await unlink(name);
  for (const { text } of part.sort(byKey)) await file.writeFile(`${text}\n`);
  return file;
}

/** By line breaks alone: what readline takes for the end of a line may stand within a text. */
async function* linesOf(file: FileHandle): AsyncGenerator<Keyed> {
  let rest = '';
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false, encoding: 'utf8' })) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield { objectKey: (JSON.parse(text) as ObjectHistory).objectKey, text };
  }
}
