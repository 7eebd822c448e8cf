import { count } from '../../../core/units';
import { ASKED_BY_ONE_MACHINE } from '../../restore/askBack';
import { costLine, type CostLine } from '../lines';
import { classOf } from '../storage';
import { GB, imageBytes, readUnitsOfScan, writeUnits, type Workload } from '../workload';
import { GETS_A_SECOND, KEYS_OF_LIST, listBound, WRITE_UNITS_A_SECOND, type Bound, type Work } from './work';

/** Where images are read, where the table is, and which of its items are brought back. */
export interface Restored {
  /** Items that are brought back: all of them, those of --key, or a sample. */
  readonly items: number;
  /** Items that are found one by one, for which nothing is listed. */
  readonly isByKey: boolean;
  /** Undefined: a copy in a folder, which costs nothing to read. */
  readonly copyRegion?: string;
  readonly targetRegion: string;
  readonly writeRate?: number;
  /** Versions that have to be brought back from GLACIER first. Undefined: none is asked back. */
  readonly thawed?: {
    readonly versions: number;
    readonly tier: 'Expedited' | 'Standard' | 'Bulk';
    /** Many are asked back by jobs of S3 Batch Operations, where these are deployed. */
    readonly hasJobs?: boolean;
  };
}

/** Items that one machine restores in a second. Measured: docs/performance.md. */
export const RESTORED_A_SECOND = 8_000;
/** Hours until a version can be read (S3 user guide, restoring-objects-retrieval-options), at most. */
const THAW_HOURS = { Expedited: 5 / 60, Standard: 5, Bulk: 12 } as const;

/** By the write engine: a GET and a write for each item, then everything is read again and compared. */
export function restoreByWrites(workload: Workload, restored: Restored): Work {
  const units = writeUnits(workload, restored.items);
  const { targetRegion, items, writeRate } = restored;
  const bytes = items * workload.itemBytes;
  return {
    name: 'restore, engine write',
    lines: [
      ...readingLines(workload, restored),
      costLine('writes', units, 'writeUnit', targetRegion),
      costLine('reading the table again', readUnitsOfScan(bytes), 'readUnit', targetRegion),
    ],
    bounds: [
      ...readingBounds(workload, restored),
      {
        what: `writes: a new on-demand table takes ${count(WRITE_UNITS_A_SECOND)} a second at first`,
        seconds: units / WRITE_UNITS_A_SECOND,
      },
      ...(writeRate === undefined ? [] : [{ what: `--write-rate ${count(writeRate)}`, seconds: items / writeRate }]),
    ],
  };
}

/** Items of a file for ImportTable, before they are compressed, as long as there are fewer than 10,000 files. */
const FILE_BYTES = 8 * 2 ** 20;

/** By ImportTable, which takes no write units and bills bytes. */
export function restoreByImport(workload: Workload, restored: Restored): Work {
  const { targetRegion, items } = restored;
  const bytes = items * workload.itemBytes;
  const files = Math.ceil(bytes / FILE_BYTES);
  return {
    name: 'restore, engine import',
    lines: [
      ...readingLines(workload, restored),
      costLine('PUT requests of files to import', files, 's3Put', targetRegion),
      costLine('import', bytes / GB, 'tableImport', targetRegion),
      costLine('reading the table again', readUnitsOfScan(bytes), 'readUnit', targetRegion),
    ],
    bounds: [...readingBounds(workload, restored), { what: 'the import itself: AWS documents no rate', seconds: NaN }],
  };
}

const GB_OF_ONE_CPU = 1_769 / 1_024;
/** Items of one state of the machine: what a worker folds until its deadline of 10 minutes. */
const ITEMS_OF_WORKER = RESTORED_A_SECOND * 600;
const TRANSITIONS_OF_WORKER = 5;
/** Functions that run side by side in an account, unless it has asked for more (Lambda quotas). */
const WORKERS = 1_000;

/** By Step Functions and Lambda over the images, loaded by ImportTable. */
export function restoreByMap(workload: Workload, restored: Restored): Work {
  const imported = restoreByImport(workload, restored);
  const { targetRegion, items } = restored;
  return {
    name: 'restore, engine distributed',
    lines: [...imported.lines, ...workerLines(items, targetRegion)],
    bounds: [
      ...imported.bounds.filter(({ what }) => !what.startsWith('one machine') && !what.startsWith('listing')),
      { what: `${count(WORKERS)} workers at a time`, seconds: items / (RESTORED_A_SECOND * WORKERS) },
    ],
  };
}

/** Functions that read so many items, and the states of the machine that calls them. */
export function workerLines(items: number, region: string): CostLine[] {
  const workers = Math.ceil(items / ITEMS_OF_WORKER);
  return [
    costLine('workers, time', (items / RESTORED_A_SECOND) * GB_OF_ONE_CPU, 'lambdaTime', region),
    costLine('transitions', workers * TRANSITIONS_OF_WORKER, 'transition', region),
  ];
}

/** Finding the image of each item, and reading it where the table is. */
export function readingLines(workload: Workload, restored: Restored): CostLine[] {
  const { items, isByKey, copyRegion, targetRegion } = restored;
  if (copyRegion === undefined) return [];
  const { get } = classOf(workload);
  const lists = isByKey ? items : Math.ceil(workload.versions / KEYS_OF_LIST);
  const gb = (items * imageBytes(workload)) / GB;
  return [
    costLine('LIST requests', lists, 's3Put', copyRegion),
    costLine('GET requests', items, get, copyRegion),
    ...(get === 'iaGet' ? [costLine('retrieval', gb, 'iaRetrieval', copyRegion)] : []),
    ...(copyRegion === targetRegion ? [] : [costLine('transfer to the table’s Region', gb, 'transfer', copyRegion)]),
    ...thawLines(workload, restored, copyRegion),
  ];
}

function thawLines(workload: Workload, { thawed }: Restored, copyRegion: string): CostLine[] {
  if (!thawed || thawed.versions === 0) return [];
  const gb = (thawed.versions * imageBytes(workload)) / GB;
  const tier = thawed.tier.toLowerCase();
  const [request, retrieval] = {
    Expedited: ['thawExpedited', 'thawExpeditedGb'] as const,
    Standard: ['thawStandard', 'thawStandardGb'] as const,
    Bulk: ['notPriced', 'notPriced'] as const,
  }[thawed.tier];
  return [
    costLine(`thaw, ${tier} requests`, thawed.versions, request, copyRegion),
    costLine(`thaw, ${tier} retrieval`, gb, retrieval, copyRegion),
    ...jobLines(thawed, copyRegion),
  ];
}

/** A manifest of 32 MB, which is a job, has some 400,000 versions of short keys. */
const VERSIONS_OF_JOB = 400_000;

function jobLines({ versions, tier, hasJobs = false }: NonNullable<Restored['thawed']>, region: string): CostLine[] {
  if (!hasJobs || tier === 'Expedited' || versions <= ASKED_BY_ONE_MACHINE) return [];
  return [
    costLine('thaw, jobs', Math.ceil(versions / VERSIONS_OF_JOB), 'batchJob', region),
    costLine('thaw, versions of jobs', versions, 'batchObject', region),
  ];
}

function readingBounds(workload: Workload, { items, isByKey, thawed }: Restored): Bound[] {
  return [
    ...(isByKey ? [] : [listBound(workload.versions)]),
    { what: `GET requests: ${count(GETS_A_SECOND)} a second of a prefix`, seconds: items / GETS_A_SECOND },
    { what: `one machine: ${count(RESTORED_A_SECOND)} items a second`, seconds: items / RESTORED_A_SECOND },
    ...(thawed && thawed.versions !== 0
      ? [{ what: `thaw, tier ${thawed.tier.toLowerCase()}`, seconds: THAW_HOURS[thawed.tier] * 3_600 }]
      : []),
  ];
}
