import { setMaxListeners } from 'node:events';
import { s3BytesStore } from '../../aws/bytesStore';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3TagStore } from '../../aws/objectTags';
import { encodeImage, NO_ITEM } from '../../core/image';
import { encodeJournal, type JournalEntry } from '../../core/journal/journalObject';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { compactTable } from '../../operations/journal/compact/compactTable';
import { planItems } from '../../operations/restore/plan';
import { BUCKETS, imageKeyOf, TABLE, WRITTEN_AT_MS } from '../sink/items';
import { orderOf } from './orders';
import { measured, type Part, type Task } from './subject';

/*
 * A table's journal, from its objects to the plan of a restore. Second argument of the process: which step. `write`: the objects, as
 * capture leaves them; `compact`: what the compactor makes of them; `plan`: the reading half of a restore into an empty table, of
 * whatever the bucket has, images or a base.
 */
const LINES = 10_000;
const STREAM_LABEL = '2026-10-01T08:00:00.000';
const { signal } = new AbortController();
setMaxListeners(0, signal);

const s3Of = ({ endpoint }: Task) => ({ endpoint, bucket: BUCKETS.destination });

async function write(task: Task): Promise<void> {
  const bytes = s3BytesStore(s3Of(task));
  for (let first = 0; first < task.items; first += LINES) {
    const numbers = Array.from({ length: Math.min(LINES, task.items - first) }, (_, at) => first + at);
    const entries = numbers.map((number) => entryOf(number, task.items));
    const object = encodeJournal({ table: TABLE, kind: 'capture', writtenAtMs: WRITTEN_AT_MS, entries });
    await bytes.putOnce(object.objectKey, { bytes: object.body, contentType: 'application/gzip' });
  }
}

function entryOf(number: number, items: number): JournalEntry {
  const position = { source: 'stream', streamLabel: STREAM_LABEL, sequenceNumber: String(10n ** 20n + BigInt(number)) };
  const header = { event: 'INSERT', position, changedAtMs: WRITTEN_AT_MS, previousDigest: NO_ITEM } as const;
  return {
    objectKey: imageKeyOf(number, items),
    image: encodeImage({ ...header, position: { ...position, source: 'stream' } }, orderOf(number, items, 0)),
  };
}

async function compact(task: Task): Promise<void> {
  const bytes = s3BytesStore(s3Of(task));
  const { bases, unfolded, isFinished } = await compactTable({
    ...{ table: TABLE, signal, bytes, tags: s3TagStore(s3Of(task)), tasks: { base: true } },
    ...{ reads: { lister: s3VersionLister(s3Of(task)), bytes }, nowMs: Date.now, timeLeftMs: () => 3_600_000 },
  });
  if (bases !== 1 || unfolded > 0 || !isFinished) throw new Error('The compactor has not made a base of everything.');
}

async function plan(task: Task, part: Part): Promise<void> {
  const wanted = part === 'warmUp' ? task.warmUpItems : task.items;
  const source = s3ImageSource({ ...s3Of(task), prefix: TABLE.prefix });
  const target = { getBatch: nobody, scan: nobody };
  let items = 0;
  for await (const actions of planItems({ source, table: TABLE, target, mode: 'fill', momentMs: Infinity, signal })) {
    items += actions.filter((action) => action.do === 'put').length;
    if (part === 'warmUp' && items >= wanted) break;
  }
  if (items < wanted || (part === 'measured' && items > wanted))
    throw new Error(`${items} items were read, not ${wanted}.`);
}

function nobody(): never {
  throw new Error('the target is empty, and nobody looks');
}

const WORKS: Readonly<Record<string, (task: Task, part: Part) => Promise<void>>> = { write, compact, plan };
const [, , , name = ''] = process.argv;
measured((task, part) => async () => {
  const work = WORKS[name];
  if (!work) throw new Error(`No work "${name}".`);
  // What is made once is there for good.
  if (part === 'measured' || name === 'plan') await work(task, part);
});
