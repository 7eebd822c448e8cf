import { isImageKey, tablePrefix } from '../core/objectKey';
import { printable } from '../core/printable';
import { historyOfItem } from '../operations/history/historyOfItem';
import type { HistoryEntry } from '../operations/history/itemHistory';
import type { LocatedTable } from '../settings/configuredTable';
import type { HistoryAnswer } from './answers';
import type { UiPlaces } from './places';
import { NotFound } from './serve';
import { shownChange } from './shownChange';

type Version = HistoryAnswer['versions'][number];

/** Every version of an item, oldest first. */
export async function history(
  { source, hidden }: UiPlaces,
  table: LocatedTable,
  objectKey: string,
  signal: AbortSignal,
): Promise<HistoryAnswer> {
  if (!objectKey.startsWith(tablePrefix(table)) || !isImageKey(objectKey)) throw new NotFound();
  const versions: Version[] = [];
  const onVersion = ({ number, version, header, problem, gaps, changes = [] }: HistoryEntry) => {
    const position = header?.position;
    versions.push({
      number,
      atMs: header?.changedAtMs ?? version.storedAtMs,
      event: header?.event ?? 'unknown',
      by: printable(header?.deletedBy ?? (header ? 'a user' : 'nobody knows')),
      sequenceNumber: position?.source === 'stream' ? position.sequenceNumber : null,
      // What is wrong may quote what is in it.
      problem: problem === undefined ? null : hidden.size > 0 ? 'dcs history says why' : printable(problem),
      gaps: gaps.length,
      changes: changes.map((change) => shownChange(change, hidden)),
    });
  };
  await historyOfItem({ source, table, objectKey, signal, watch: { onVersion } });
  return { versions };
}
