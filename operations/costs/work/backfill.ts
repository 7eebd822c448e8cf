import { count } from '../../../core/units';
import { replicatedBytes } from '../images';
import { costLine } from '../lines';
import { classOf } from '../storage';
import { GB, imageBytes, readUnitsOfScan, tableBytes, type Workload } from '../workload';
import { workerLines } from './restore';
import { KEYS_OF_LIST, PUTS_A_SECOND, type Work } from './work';

/** Items that one machine gives images in a second. Measured: docs/performance.md. */
const BACKFILLED_A_SECOND = 8_000;

/** Images for every item that has none, of which there are at most as many as items. */
export function backfillWork(
  workload: Workload,
  { fromExport, readRate }: { fromExport: boolean; readRate?: number },
): Work {
  const { items, sourceRegion, destinationRegion } = workload;
  const bytes = tableBytes(workload);
  const { put } = classOf(workload);
  const units = readUnitsOfScan(bytes);
  return {
    name: fromExport ? 'backfill, from an export' : 'backfill, by a scan',
    lines: [
      fromExport
        ? costLine('export of the table', bytes / GB, 'tableExport', sourceRegion)
        : costLine('scan', units, 'readUnit', sourceRegion),
      costLine('LIST requests, source bucket', Math.ceil(items / KEYS_OF_LIST), 's3Put', sourceRegion),
      costLine('PUT requests, source bucket', items, put, sourceRegion),
      costLine('PUT requests of replication, destination bucket', items, put, destinationRegion),
      ...replicatedBytes(workload, items * imageBytes(workload)),
    ],
    bounds: [
      { what: `PUT requests: ${count(PUTS_A_SECOND)} a second of a prefix`, seconds: items / PUTS_A_SECOND },
      { what: `one machine: ${count(BACKFILLED_A_SECOND)} items a second`, seconds: items / BACKFILLED_A_SECOND },
      ...(readRate === undefined ? [] : [{ what: `--read-rate ${count(readRate)}`, seconds: units / readRate }]),
      ...(fromExport ? [{ what: 'the export itself: AWS documents no rate', seconds: NaN }] : []),
    ],
  };
}

/**
 * By the engine, from an export in its bucket: nothing is listed. An item that has an image already costs the request that is refused, and one
 * that asks whose it is, in place of the replica's.
 */
export function backfillByMap(workload: Workload): Work {
  const { items, sourceRegion, destinationRegion } = workload;
  const bytes = tableBytes(workload);
  const images = items * imageBytes(workload);
  const { put } = classOf(workload);
  const isFar = sourceRegion !== destinationRegion;
  return {
    name: 'backfill, engine distributed',
    lines: [
      costLine('export of the table', bytes / GB, 'tableExport', sourceRegion),
      ...(isFar
        ? [
            costLine('transfer of the export, not compressed', bytes / GB, 'transfer', sourceRegion),
            costLine('transfer of the images', images / GB, 'transfer', destinationRegion),
          ]
        : []),
      costLine('PUT requests, source bucket', items, put, sourceRegion),
      costLine('PUT requests of replication, destination bucket', items, put, destinationRegion),
      ...replicatedBytes(workload, images),
      ...workerLines(items, destinationRegion),
    ],
    bounds: [
      { what: `PUT requests: ${count(PUTS_A_SECOND)} a second of a prefix`, seconds: items / PUTS_A_SECOND },
      { what: 'the export itself: AWS documents no rate', seconds: NaN },
    ],
  };
}
