import { chainGaps, type Gap } from './chain';
import { CLOCK_SLACK_MS } from './history';
import type { ImageHeader } from './image';
import { isoTimeMs } from './isoTime';
import type { TableDefinition } from './tableDefinition';

/*
 * A table that was deleted and made again under its name is another table: what the former one held is history. Which one an
 * image is of is told by when its stream was enabled, or when it was read: nothing of a table is older than the table. What
 * a stream's label cannot tell is that a table is another one, for a stream may be switched off and on; so there is a
 * former table only where the stored definitions say so.
 */

/** What identifies a table: its id, or where there is none its name and time of creation. */
export function tableIdOf(description: { TableId?: string; TableArn?: string; CreationDateTime?: Date }): string {
  return description.TableId ?? `${description.TableArn ?? ''} ${String(description.CreationDateTime?.getTime())}`;
}

/** What a version of table.json says of which table it describes. */
export interface StoredLife extends Pick<TableDefinition, 'tableId' | 'createdAt'> {
  readonly storedAtMs: number;
}

/** S3 tells whole seconds; a stream that a table is created with is enabled at about the same time. */
const SECOND_MS = 1_000;

/**
 * When the table of a moment was created, where there was another one of its name before; else undefined. There was one
 * where an earlier definition has another id, or was stored, without an id, before this table was created.
 *
 * @param definitions in the order of being stored
 */
export function createdAfterFormer(definitions: readonly StoredLife[], momentMs: number): number | undefined {
  const at = definitions.findLastIndex((life) => (createdAtOf(life) ?? life.storedAtMs) <= momentMs);
  const inForce = definitions[at];
  const createdAtMs = inForce && createdAtOf(inForce);
  if (inForce?.tableId === undefined) return undefined;
  // Stryker disable next-line ConditionalExpression: what is not known is what is returned below as well
  if (createdAtMs === undefined) return undefined;
  const isOfFormer = ({ tableId, storedAtMs }: StoredLife) =>
    tableId === undefined ? storedAtMs + CLOCK_SLACK_MS < createdAtMs : tableId !== inForce.tableId;
  return definitions.slice(0, at).some(isOfFormer) ? createdAtMs : undefined;
}

/** When each table was created that had a former one of its name: {@link createdAfterFormer} of every moment, the first one first. */
export function creationsAfterFormer(definitions: readonly StoredLife[]): number[] {
  const moments = definitions.map((life) => createdAtOf(life) ?? life.storedAtMs);
  const creations = moments.flatMap((momentMs) => createdAfterFormer(definitions, momentMs) ?? []);
  return [...new Set(creations)].sort((a, b) => a - b);
}

/** Whether a version can be of a table at all that was created then: it was not stored before. */
export function mayBeOfTable({ storedAtMs }: { readonly storedAtMs: number }, createdAtMs = -Infinity): boolean {
  return storedAtMs + SECOND_MS > createdAtMs;
}

/** Whether an image is of a former table, given when the one that is asked for was created. */
export function isOfFormerTable(
  { position, changedAtMs }: Pick<ImageHeader, 'position' | 'changedAtMs'>,
  version: { readonly storedAtMs: number },
  createdAtMs = -Infinity,
): boolean {
  if (!mayBeOfTable(version, createdAtMs)) return true;
  if ('streamLabel' in position) return Date.parse(`${position.streamLabel}Z`) + SECOND_MS < createdAtMs;
  return changedAtMs + CLOCK_SLACK_MS < createdAtMs;
}

/** An image of one of several tables of a name. */
export interface ImageOfTables {
  readonly header: ImageHeader;
  readonly version: { readonly storedAtMs: number };
}

/**
 * How many tables of the name came after the one that an image is of; 0: it is of the one that is there now.
 *
 * @param creationsMs of {@link creationsAfterFormer}
 */
export function tablesSince({ header, version }: ImageOfTables, creationsMs: readonly number[]): number {
  return creationsMs.filter((createdAtMs) => isOfFormerTable(header, version, createdAtMs)).length;
}

/** Where changes are missing, of each table by itself: nothing follows from what a former table held. Oldest first. */
export function gapsWithinTables(images: readonly ImageOfTables[], creationsMs: readonly number[]): Gap[] {
  const tables = new Map<number, ImageHeader[]>();
  for (const image of images) {
    const since = tablesSince(image, creationsMs);
    const headers = tables.get(since) ?? [];
    headers.push(image.header);
    tables.set(since, headers);
  }
  return [...tables].sort(([a], [b]) => b - a).flatMap(([, headers]) => chainGaps(headers));
}

/** Undefined where none is told, or one that cannot be: no table is younger than its definition, or older than the service. */
function createdAtOf({ createdAt, storedAtMs }: Omit<StoredLife, 'tableId'>): number | undefined {
  const ms = isoTimeMs(createdAt);
  return ms >= 0 && ms <= storedAtMs + CLOCK_SLACK_MS ? ms : undefined;
}
