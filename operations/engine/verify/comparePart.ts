import type { EngineStore } from '../../../aws/engineStore';
import type { ObjectHistory } from '../../../aws/objectVersions';
import { DcsError } from '../../../core/errors';
import { TOMBSTONE_DIGEST } from '../../../core/image';
import { inParallel } from '../../../core/inParallel';
import { stateUnlessArchived } from '../../images/stateUnlessArchived';
import type { StateRequest } from '../../images/stateOfObject';
import type { DifferenceClass } from '../../verify/verdict';
import { Lines } from '../lines';
import type { RangeSource } from '../rangeSource';
import { entriesOfPart, partRanges, type Entry } from './entryFiles';
import { changedIntoNear, NEAR_MS } from './nearMoment';
import { entryOf } from './readCopy';
import {
  NO_COMPARED,
  type DifferenceLine,
  type EntryFile,
  type Example,
  type VerifyResult,
  type VerifyTask,
} from './verifyTasks';

export interface ComparePartRequest {
  readonly task: Extract<VerifyTask, { is: 'compare' }>;
  readonly store: Pick<EngineStore, 'bucket' | 'readRange' | 'write'>;
  /** Of this attempt, ending with a slash. */
  readonly folder: string;
  readonly partitions: number;
  readonly files: Readonly<Record<'copy' | 'export', readonly EntryFile[]>>;
  readonly source: Pick<RangeSource, 'histories'>;
  /** The copy as of the export's moment, whenever it was stored. */
  readonly state: Omit<StateRequest, 'storedByMs' | 'whenArchived' | 'onNotCurrent'>;
}

const LOOKS_AT_A_TIME = 32;

/**
 * Compares what the export and the copy have of one part. What is not the same is looked at again, with all that has been stored since: of a
 * change made within seconds of the moment, nobody can say on which side of it it was.
 *
 * @throws DcsError when the export has a key twice
 */
export async function comparePart(request: ComparePartRequest): Promise<VerifyResult> {
  const { task, store, folder, partitions, files, source } = request;
  const inExport = await exportOf(request);
  const counts = { ...NO_COMPARED, inExport: inExport.size, compared: inExport.size };
  // Keys of which the two sides do not say the same, with what the export says.
  const suspects = new Map<string, string>();
  const seen = new Map<string, string>();
  for await (const entries of entriesOfPart(store, files.copy, task.part)) {
    for (const { objectKey, digest = '', doubt } of entries) {
      const wanted = inExport.get(objectKey);
      counts.inCopy += 1;
      const before = seen.get(objectKey);
      // Former spellings of one key may be of one item.
      if (before !== undefined && before !== digest) throw new DcsError(`the copy has two states of ${objectKey}`);
      if (before !== undefined) continue;
      seen.set(objectKey, digest);
      if (wanted === undefined) counts.compared += 1;
      if (doubt === undefined && digest === wanted) counts.same += 1;
      else suspects.set(objectKey, wanted ?? TOMBSTONE_DIGEST);
    }
  }
  for (const [objectKey, digest] of inExport) {
    if (!seen.has(objectKey)) suspects.set(objectKey, digest);
  }

  const findings = new Findings(new Lines(store, `${folder}differences-`, 'jsonl'));
  const judge = async (history: ObjectHistory): Promise<void> => {
    const { objectKey } = history;
    const wanted = suspects.get(objectKey);
    if (wanted === undefined || !suspects.delete(objectKey)) return;
    const verdict = await judged(request, wanted, history);
    if (typeof verdict === 'string') counts[verdict] += 1;
    else await findings.add({ objectKey, ...verdict });
  };
  if (suspects.size > 0) {
    const range = partRanges(partitions)[task.part] ?? { after: '' };
    await inParallel(source.histories(new Set(suspects.keys()), range), LOOKS_AT_A_TIME, judge);
    for (const objectKey of [...suspects.keys()]) await judge({ objectKey, versions: [] });
  }
  const { differences, ...found } = await findings.end();
  return { format: '1', id: task.id, is: 'compare', counts: { ...counts, differences }, ...found };
}

async function exportOf({ task, store, files }: ComparePartRequest): Promise<Map<string, string>> {
  const inExport = new Map<string, string>();
  for await (const entries of entriesOfPart(store, files.export, task.part)) {
    for (const { objectKey, digest = '' } of entries) {
      if (inExport.has(objectKey)) throw new DcsError(`the export has the item of ${objectKey} twice`);
      inExport.set(objectKey, digest);
    }
  }
  return inExport;
}

type Difference = Omit<DifferenceLine, 'objectKey'>;

async function judged(
  { state: request }: ComparePartRequest,
  inExport: string,
  history: ObjectHistory,
): Promise<'same' | 'late' | 'near' | Difference> {
  const entry = entryOf(await stateUnlessArchived(request, history));
  if (entry?.doubt === 'ahead') return { class: 'ahead', reason: entry.reason ?? '' };
  if (entry?.doubt === 'unreadable' || entry?.doubt === 'archived') {
    return { class: 'unreadable', reason: entry.reason ?? '' };
  }
  const says = entry?.doubt === 'unknown' ? undefined : (entry?.digest ?? TOMBSTONE_DIGEST);
  if (says === inExport) return 'late';
  // Nothing of it is claimed for the moment, and there was nothing.
  if (says === undefined && inExport === TOMBSTONE_DIGEST) return 'same';
  if (await wasNear(request, history, inExport)) return 'near';
  return difference(says, inExport, history, entry);
}

/** Whether the item was so a few seconds before the moment, or was changed into it around then. */
async function wasNear(request: ComparePartRequest['state'], history: ObjectHistory, wanted: string): Promise<boolean> {
  const { momentMs, source } = request;
  const near = await changedIntoNear(source, history, momentMs);
  if (near.size === 0 || near.has(wanted)) return near.size > 0;
  const before = entryOf(await stateUnlessArchived({ ...request, momentMs: momentMs - NEAR_MS }, history));
  return before?.doubt === undefined && (before?.digest ?? TOMBSTONE_DIGEST) === wanted;
}

function difference(
  says: string | undefined,
  inExport: string,
  { versions }: ObjectHistory,
  entry: Entry | undefined,
): Difference {
  const verdict = (name: DifferenceClass, reason: string): Difference => ({ class: name, reason });
  if (says === undefined) return verdict('missing', entry?.reason ?? '');
  if (inExport === TOMBSTONE_DIGEST) return verdict('extra', 'the copy holds an item, and the table had none');
  if (versions.length === 0) return verdict('missing', 'the table had the item, the copy has no image of it');
  if (says === TOMBSTONE_DIGEST)
    return verdict('stale', 'by the copy there was no item any more, or none yet; the table had it');
  return verdict('stale', 'the copy holds another state of the item than the table had');
}

/** Differences of a part: in files, with a number and an example for each class. */
class Findings {
  private differences = 0;
  private readonly classes: Partial<Record<DifferenceClass, number>> = {};
  private readonly examples: Partial<Record<DifferenceClass, Example>> = {};
  private adding: Promise<unknown> = Promise.resolve();

  constructor(private readonly lines: Lines) {}

  /** One after another: several are judged at a time, and a file is written by one. */
  add(line: DifferenceLine): Promise<unknown> {
    const { class: name, objectKey, reason } = line;
    this.differences += 1;
    this.classes[name] = (this.classes[name] ?? 0) + 1;
    this.examples[name] ??= { objectKey, reason };
    return (this.adding = this.adding.then(() => this.lines.add(JSON.stringify(line))));
  }

  async end() {
    const differenceFiles = await this.lines.end();
    const { differences, classes, examples } = this;
    return { differences, classes, examples, differenceFiles };
  }
}
