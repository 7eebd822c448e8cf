import type { ObjectHistory } from '../../aws/objectVersions';
import { DcsError } from '../../core/errors';
import type { KeyRange } from '../../core/keyRanges';
import { ReadGuard } from '../guards';
import { stateUnlessArchived } from '../images/stateUnlessArchived';
import { stateAtHand, type StateRequest } from '../images/stateOfObject';
import { versionsOfItem } from '../journal/journalVersions';
import type { JournalReads } from '../journal/readObject';
import { TableJournal } from '../journal/tableJournal';
import { storedBy } from './engineLayout';
import type { FoldedState, RangePart, RangeSource } from './rangeSource';

export interface JournalRangesRequest extends Omit<StateRequest, 'whenArchived' | 'onNotCurrent'> {
  readonly reads: JournalReads;
  /** States of a part of a range: how often whoever folds looks at the time. */
  readonly partStates?: number;
}

const PART_STATES = 1_000;

/**
 * The items of a table's journal in the order of the hashes of their object keys, as they were at a moment. Of what the compactor has
 * made, no more is read than a range needs; what is in no run is read whole by each who folds, and of it the lines of the range are kept.
 */
export function journalRanges(request: JournalRangesRequest): RangeSource {
  return {
    name: request.source.name,
    divide: (range, most) => Promise.resolve(dividedHashes(range, most)),
    states: (range, signal) => statesIn(request, range, signal),
    statesOf() {
      throw new DcsError('nothing of a journal is asked back from an archive');
    },
    histories: (objectKeys, hashes, signal) => historiesOf(request, objectKeys, hashes, signal),
  };
}

async function* statesIn(
  request: JournalRangesRequest,
  range: KeyRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<RangePart> {
  const { reads, table, storedByMs, partStates = PART_STATES } = request;
  const journal = new TableJournal(storedBy(reads, table, storedByMs), table, undefined, range);
  const guard = new ReadGuard();
  try {
    await journal.look(signal);
    requireReadable(journal);
    let [states, upTo]: [FoldedState[], string] = [[], ''];
    for await (const item of journal.items(request, signal)) {
      const { hash, objectKey } = item;
      const history = { objectKey, versions: versionsOfItem(item) };
      const state = stateAtHand(request, history) ?? (await stateUnlessArchived(request, history));
      if (state.is !== 'archived') guard.checked(state);
      states.push(state);
      upTo = hash;
      if (states.length < partStates) continue;
      requireReadable(journal);
      yield { states, upTo };
      states = [];
    }
    requireReadable(journal);
    if (states.length > 0) yield { states, upTo };
  } finally {
    await journal.close();
  }
}

/** Finding one item by itself costs a look through all that is in no run, so the whole range is gone through once. */
async function* historiesOf(
  { reads, table }: JournalRangesRequest,
  objectKeys: ReadonlySet<string>,
  hashes: KeyRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectHistory> {
  const journal = new TableJournal(reads, table, undefined, hashes);
  try {
    await journal.look(signal);
    for await (const item of journal.items(undefined, signal)) {
      const { objectKey } = item;
      if (objectKeys.has(objectKey)) yield { objectKey, versions: versionsOfItem(item) };
    }
    requireReadable(journal);
  } finally {
    await journal.close();
  }
}

/** Any item may have a change in what cannot be read, and none of those who fold sees all of it. @throws DcsError */
function requireReadable(journal: TableJournal): void {
  const { anyUnreadable } = journal;
  if (!anyUnreadable) return;
  const { objectKey, reason } = anyUnreadable;
  throw new DcsError(
    `${objectKey} of the journal cannot be read: ${reason}. --engine write restores what there is, and lists what may be missing`,
  );
}

const DIGITS = 12;
const HASHES = 16 ** DIGITS;

/** Hashes are spread evenly: as many parts of the same width. */
export function dividedHashes({ after, upTo }: KeyRange, most: number): KeyRange[] {
  const [first, end] = [after === '' ? 0 : numberOf(after) + 1, upTo === undefined ? HASHES : numberOf(upTo)];
  const cuts = new Set<number>();
  for (let part = 1; part < most; part++) {
    const cut = first + Math.floor(((end - first) * part) / most);
    if (cut > first && cut < end) cuts.add(cut);
  }
  const ranges: KeyRange[] = [];
  let begin = after;
  for (const cut of cuts) {
    const place = (cut - 1).toString(16).padStart(DIGITS, '0').padEnd(64, 'f');
    ranges.push({ after: begin, upTo: place });
    begin = place;
  }
  return [...ranges, { after: begin, ...(upTo !== undefined && { upTo }) }];
}

function numberOf(hash: string): number {
  return parseInt(hash.slice(0, DIGITS), 16);
}
