import { createHash } from 'node:crypto';
import { s3BytesStore } from '../../aws/bytesStore';
import type { EngineStore } from '../../aws/engineStore';
import { s3VersionLister } from '../../aws/objectVersions';
import { imageRanges } from '../../operations/engine/imageRanges';
import { journalRanges } from '../../operations/engine/journalRanges';
import { performTask } from '../../operations/engine/performTask';
import type { RangeSource } from '../../operations/engine/rangeSource';
import type { Task as Range } from '../../operations/engine/tasks';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { BUCKETS, TABLE } from '../sink/items';
import { HAND_BACKS } from '../workloads/engine';
import { measured, type Part, type Task } from './subject';

/*
 * One worker of the distributed engine. Second argument of the process: what it folds, `images` or `journal`, or `handed`: the journal,
 * handed back and taken up again some times. What it would leave in the engine's bucket is counted and dropped.
 */
const RESULTS = 'run/rounds/';

function droppingStore(): EngineStore {
  const results = new Map<string, string>();
  return {
    bucket: 'engine',
    readRange: () => Promise.reject(new Error('nothing is read by ranges')),
    read: (objectKey) => Promise.resolve(results.get(objectKey)),
    write: (_, bytes) => Promise.resolve(createHash('md5').update(bytes).digest('hex')),
    writeOnce(objectKey, text) {
      if (objectKey.startsWith(RESULTS)) results.set(objectKey, text);
      return Promise.resolve('written');
    },
    copy: () => Promise.resolve(),
    page: () => Promise.resolve({ versions: [] }),
  };
}

function sourceOf(kind: string, { endpoint }: Task): RangeSource {
  const place = { endpoint, bucket: BUCKETS.destination };
  const lister = s3VersionLister(place);
  const request = { table: TABLE, momentMs: Infinity, source: s3ImageSource({ ...place, prefix: TABLE.prefix }) };
  if (kind === 'images') return imageRanges({ ...request, lister });
  return journalRanges({ ...request, reads: { lister, bytes: s3BytesStore(place) } });
}

async function fold(kind: string, task: Task, part: Part): Promise<void> {
  const wanted = part === 'warmUp' ? task.warmUpItems : task.items;
  const [store, source] = [droppingStore(), sourceOf(kind, task)];
  const stretch = part === 'warmUp' ? wanted : kind === 'handed' ? Math.ceil(wanted / (HAND_BACKS + 1)) : Infinity;
  const ranges: Omit<Range, 'id'>[] = [{ after: '' }];
  let items = 0;
  for (let number = 0; ranges.length > 0; number++) {
    const range: Range = { id: `0-${number}`, ...(ranges.shift() ?? { after: '' }) };
    let states = 0;
    const result = await performTask(
      {
        ...{ store, source, task: range, folder: 'run/', attemptId: 'a', momentMs: Infinity, restParts: 1 },
        ...{ imagesBucket: BUCKETS.destination, isOver: () => states >= stretch },
      },
      { onFolded: (folded) => (states += folded) },
    );
    items += result.counts.item;
    if (part === 'warmUp') return;
    ranges.push(...result.rest);
  }
  if (items !== wanted) throw new Error(`${items} items were folded, not ${wanted}.`);
}

const [, , , name = ''] = process.argv;
measured((task, part) => () => fold(name, task, part));
