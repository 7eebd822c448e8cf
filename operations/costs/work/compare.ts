import { count } from '../../../core/units';
import { costLine, type CostLine } from '../lines';
import { classOf } from '../storage';
import { partitionsFor } from '../../engine/verify/verifyRun';
import { FILE_ENTRIES as ENTRIES_OF_FILE } from '../../engine/verify/entryFiles';
import { GB, readUnitsOfScan, tableBytes, writeUnits, type Workload } from '../workload';
import { readingLines, restoreByWrites, workerLines, type Restored } from './restore';
import { GETS_A_SECOND, KEYS_OF_LIST, listBound, WRITE_UNITS_A_SECOND, type Bound, type Work } from './work';

/** Items that one machine scans and compares with listings in a second. Measured: docs/performance.md. */
const COMPARED_A_SECOND = 35_000;

/** Table, source bucket and destination bucket: one scan and two listings; with the history, every version is looked at. */
export function verifyWork(
  workload: Workload,
  { history, sample, readRate }: { history: boolean; sample?: number; readRate?: number },
): Work {
  const { items, versions, sourceRegion, destinationRegion } = workload;
  const looked = Math.min(items, sample ?? Infinity);
  const units = readUnitsOfScan(looked * workload.itemBytes);
  const lists = sample === undefined ? Math.ceil(versions / KEYS_OF_LIST) : looked;
  const both = (what: string, quantity: number, price: 's3Put' | 's3Get' | 'iaGet'): CostLine[] => [
    costLine(`${what}, source bucket`, quantity, price, sourceRegion),
    costLine(`${what}, destination bucket`, quantity, price, destinationRegion),
  ];
  const { get } = classOf(workload);
  return {
    name: history ? 'verify, with the history' : 'verify',
    lines: [
      costLine('scan', units, 'readUnit', sourceRegion),
      ...both('LIST requests', lists, 's3Put'),
      ...(history && (get === 's3Get' || get === 'iaGet') ? both('looks at versions', versions, get) : []),
    ],
    bounds: [
      ...(sample === undefined ? [listBound(2 * versions)] : []),
      { what: `one machine: ${count(COMPARED_A_SECOND)} items a second`, seconds: looked / COMPARED_A_SECOND },
      ...(readRate === undefined ? [] : [{ what: `--read-rate ${count(readRate)}`, seconds: units / readRate }]),
      ...(history
        ? [
            {
              what: `looks at versions: ${count(GETS_A_SECOND)} a second of a prefix`,
              seconds: versions / GETS_A_SECOND,
            },
          ]
        : []),
    ],
  };
}

/** By the engine: the copy is read as a restore reads it, and what the export has of each item is compared with it, part by part. */
export function verifyByMap(workload: Workload): Work {
  const { items, sourceRegion, destinationRegion } = workload;
  const restored: Restored = { items, isByKey: false, copyRegion: destinationRegion, targetRegion: destinationRegion };
  const files = 2 * Math.ceil(items / ENTRIES_OF_FILE);
  const parts = partitionsFor(items);
  const bytes = tableBytes(workload);
  return {
    name: 'verify, engine distributed',
    lines: [
      costLine('export of the table', bytes / GB, 'tableExport', sourceRegion),
      ...(sourceRegion === destinationRegion
        ? []
        : [costLine('transfer of the export, not compressed', bytes / GB, 'transfer', sourceRegion)]),
      ...readingLines(workload, restored),
      costLine('PUT requests of what was read', files, 's3Put', destinationRegion),
      costLine('GET requests of parts, two for each file', 2 * files * parts, 's3Get', destinationRegion),
      ...workerLines(items, destinationRegion),
    ],
    bounds: [
      { what: `GET requests: ${count(GETS_A_SECOND)} a second of a prefix`, seconds: items / GETS_A_SECOND },
      { what: 'the export itself: AWS documents no rate', seconds: NaN },
    ],
  };
}

/** A restore to a scratch table, read again, and compared with the live table. */
export function drillWork(workload: Workload, restored: Restored, withLive: boolean): Work {
  const into = { ...workload, indexes: 0 };
  const { lines, bounds } = restoreByWrites(into, restored);
  const bytes = restored.items * workload.itemBytes;
  return {
    name: 'drill',
    lines: [
      ...lines,
      ...(withLive
        ? [costLine('reading the live table', readUnitsOfScan(bytes), 'readUnit', workload.sourceRegion)]
        : []),
    ],
    bounds,
  };
}

/** What a window of time changed goes back: at most so many items. */
export function revertWork(workload: Workload, reverted: Omit<Restored, 'thawed'>): Work {
  const { items, copyRegion, targetRegion } = reverted;
  const units = writeUnits(workload, items);
  // Before the window and at its end: two images of each item; the live item is read before and after.
  const reads = 2 * items * Math.ceil(workload.itemBytes / 4_096);
  const { get } = classOf(workload);
  const bounds: Bound[] = [
    listBound(workload.versions),
    { what: `writes: ${count(WRITE_UNITS_A_SECOND)} a second`, seconds: units / WRITE_UNITS_A_SECOND },
    { what: `GET requests: ${count(GETS_A_SECOND)} a second of a prefix`, seconds: (2 * items) / GETS_A_SECOND },
  ];
  return {
    name: 'revert',
    lines: [
      ...readingLines(workload, reverted),
      ...(copyRegion === undefined
        ? []
        : [costLine('GET requests, the other image of each item', items, get, copyRegion)]),
      costLine('reads of the live items', reads, 'readUnit', targetRegion),
      costLine('conditional writes', units, 'writeUnit', targetRegion),
    ],
    bounds,
  };
}
