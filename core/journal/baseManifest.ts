import { z } from 'zod';
import type { TableLocation } from '../objectKey';
import { basePrefix } from './journalKeys';
import {
  count,
  digest,
  idOf,
  isoTime,
  MANIFEST_FORMAT,
  readManifest,
  shortTime,
  textOfManifest,
  type ManifestPlace,
} from './manifestText';
import type { RunManifest } from './runManifest';

/** The two files of a part, `items/<name>.json.gz` and `marks/<name>.tsv.gz`, of the same items in the same order. */
export interface BasePart {
  /** `part-<4 hexadecimal digits>`, in hash order. */
  readonly name: string;
  /** The hash of the object key of its first mark. */
  readonly firstHash: string;
  readonly items: number;
  readonly tombstones: number;
  /** 0 and null where it has tombstones alone: there is no such file then. */
  readonly itemsBytes: number;
  readonly itemsSha256: string | null;
  readonly marksBytes: number;
  readonly marksSha256: string;
}

/** `base/<name>/manifest.json`: the newest state of every item in the runs that it covers. `docs/format.md` specifies it. */
export interface BaseManifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly kind: 'base';
  readonly table: string;
  readonly name: string;
  readonly compressor: string;
  readonly attempt: number;
  readonly madeAt: string;
  /** Names of runs, sorted. */
  readonly covers: readonly string[];
  /** Images of a former table of the name are left out: when this one was created. Null where no former one is known. */
  readonly tableCreatedAt: string | null;
  /** Of all changes in those runs. */
  readonly lastChangedAt: string;
  readonly lastStoredAt: string;
  readonly items: number;
  readonly tombstones: number;
  /** The digests of the items' bodies, added as numbers modulo 2^256. */
  readonly digestSum: string;
  readonly parts: readonly BasePart[];
  /** SHA-256 of the newest manifest of a base of the table at that time; null for the first. */
  readonly previousManifestSha256: string | null;
}

const part = z.strictObject({
  ...{ name: z.string().regex(/^part-[0-9a-f]{4}$/), firstHash: digest, items: count, tombstones: count },
  ...{ itemsBytes: count, itemsSha256: digest.nullable(), marksBytes: count.min(1), marksSha256: digest },
});

const shape: z.ZodType<BaseManifest> = z
  .object({
    ...{ format: z.literal(MANIFEST_FORMAT), kind: z.literal('base'), table: z.string(), name: z.string() },
    ...{ compressor: z.string(), attempt: count, madeAt: isoTime },
    ...{ covers: z.array(z.string()).min(1), tableCreatedAt: isoTime.nullable() },
    ...{ lastChangedAt: isoTime, lastStoredAt: isoTime, items: count, tombstones: count, digestSum: digest },
    ...{ parts: z.array(part), previousManifestSha256: digest.nullable() },
  })
  .superRefine((base, context) => {
    for (const message of contradictions(base)) context.addIssue({ code: 'custom', message });
  });

/** What makes a manifest a lie by itself. */
function contradictions(base: BaseManifest): string[] {
  const { parts, items, tombstones } = base;
  const itemsInParts = parts.reduce((total, one) => total + one.items, 0);
  const tombstonesInParts = parts.reduce((total, one) => total + one.tombstones, 0);
  const isInOrder = parts.every(({ name, firstHash }, i) => {
    const before = parts[i - 1];
    return !before || (before.firstHash < firstHash && before.name < name);
  });
  const isWhole = parts.every((one) => one.items > 0 === (one.itemsSha256 !== null) && one.items + one.tombstones > 0);
  return [
    items !== itemsInParts && `its ${items} items are not those of its parts, ${itemsInParts}`,
    tombstones !== tombstonesInParts && `its ${tombstones} tombstones are not those of its parts, ${tombstonesInParts}`,
    base.name !== baseName(base) && `its name is not that of what it was made of, ${baseName(base)}`,
    !isInOrder && 'its parts are not in order',
    !isWhole && 'a part has no file for what it has',
  ].filter((problem) => problem !== false);
}

export type BaseNaming = Pick<BaseManifest, 'compressor' | 'attempt' | 'covers' | 'tableCreatedAt' | 'lastStoredAt'>;

/** `<last stored>-<id>`: the same runs give the same name. */
export function baseName(base: BaseNaming): string {
  return `${shortTime(base.lastStoredAt)}-${idOf(base, [base.tableCreatedAt ?? '', ...base.covers])}`;
}

/** Where the files of a base lie: `<prefix>=dcs/<table>/base/<name>/`. */
export function baseFolder(table: TableLocation, name: string): string {
  return `${basePrefix(table)}${name}/`;
}

/** Below its folder. */
export function itemsFile(partName: string): string {
  return `items/${partName}.json.gz`;
}

/** Below its folder. */
export function marksFile(partName: string): string {
  return `marks/${partName}.tsv.gz`;
}

/**
 * Whether a base has all that a run has: it is one of those it was made of, or was merged of them since. What an erase has made of them may
 * have objects of the journal beside, which the base has not.
 */
export function isCovered(
  { covers }: CoveredRuns,
  { name, merged, erasure }: Pick<RunManifest, 'name' | 'merged' | 'erasure'>,
): boolean {
  return covers.has(name) || (erasure === undefined && merged.length > 0 && merged.every((one) => covers.has(one)));
}

/** The names in `covers`, for {@link isCovered}. */
export interface CoveredRuns {
  readonly covers: ReadonlySet<string>;
}

/** What a reader asks for. */
export interface StateToRead {
  /** Epoch milliseconds; undefined or Infinity for the newest state. */
  readonly momentMs?: number;
  /** Versions that S3 received later are passed over. */
  readonly storedByMs?: number;
  /** When the table was created, where there was a former one of its name. */
  readonly tableCreatedAtMs?: number;
}

/** Whether a base may stand for its runs: it has the newest change of each item, so only where all of them count. */
export function servesFor(
  { lastChangedAt, lastStoredAt, tableCreatedAt }: BaseManifest,
  { momentMs = Infinity, storedByMs = Infinity, tableCreatedAtMs }: StateToRead,
): boolean {
  const createdAtMs = tableCreatedAt === null ? undefined : Date.parse(tableCreatedAt);
  return (
    momentMs >= Date.parse(lastChangedAt) && storedByMs >= Date.parse(lastStoredAt) && createdAtMs === tableCreatedAtMs
  );
}

export const textOfBaseManifest: (manifest: BaseManifest) => string = textOfManifest;

/**
 * @throws UnreadableImageError when it is damaged, contradicts itself, or is that of another base
 * @throws UnknownFormatError when a newer version wrote it
 */
export function readBaseManifest(place: ManifestPlace, bytes: Uint8Array): BaseManifest {
  return readManifest(shape, place, bytes);
}
