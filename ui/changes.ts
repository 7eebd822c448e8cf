import { plainJson, plainValue } from '../core/plainJson';
import { attributeOf, type AttributeMap } from '../core/attributeValue';
import { keyNames } from '../core/objectKey';
import { printable } from '../core/printable';
import { forShell } from '../core/forShell';
import { diffTable } from '../operations/diff/diffTable';
import { knownTable } from '../operations/tables';
import type { LocatedTable } from '../settings/configuredTable';
import type { ChangedItem, ChangesAnswer } from './answers';
import type { UiPlaces } from './places';
import { shownChange } from './shownChange';
import type { AskedWindow } from './window';

const MOST_ITEMS = 200;

/** The items that differ between the two ends of a window. */
export async function changes(
  { source, hidden }: UiPlaces,
  located: LocatedTable,
  { fromMs, toMs }: AskedWindow,
  signal: AbortSignal,
): Promise<ChangesAnswer> {
  const { table } = await knownTable(source, located, { momentMs: toMs });
  const names = keyNames(table.keySchema);
  const items: ChangedItem[] = [];
  const counts = await diffTable({
    ...{ source, table, fromMs, toMs, signal, selection: {} },
    watch: {
      onItem(difference) {
        if (!('changes' in difference) || items.length >= MOST_ITEMS) return;
        const { is, objectKey, keys, times, changedAtMs = null } = difference;
        const shown = difference.changes.map((change) => shownChange(change, hidden));
        items.push({ is, objectKey, ...keyWords(names, keys), times, changedAtMs, changes: shown });
      },
    },
  });
  const { added, removed, changed, unknown } = counts;
  items.sort((a, b) => (a.changedAtMs ?? 0) - (b.changedAtMs ?? 0) || (a.objectKey < b.objectKey ? -1 : 1));
  return { counts: { added, removed, changed, unknown }, keyNames: names.map(printable), items };
}

/** Text stands without its quotes. */
function keyWords(names: readonly string[], keys: AttributeMap): Pick<ChangedItem, 'keys' | 'keyOption'> {
  const shown = names.map((name) => {
    const value = attributeOf(keys, name);
    return value === undefined ? '' : 'S' in value ? value.S : plainValue(value);
  });
  return { keys: shown.map(printable), keyOption: `--key ${forShell(printable(plainJson(keys)))}` };
}
