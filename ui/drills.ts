import { entryOf, isTooLate, isTooOld } from '../operations/drill/earlier';
import type { LocatedTable } from '../settings/configuredTable';
import type { DrillsAnswer } from './answers';
import type { UiPlaces } from './places';

const MOST_DRILLS = 60;

/** The reports of a table's drills, whatever version of dcs has written them. */
export async function drills(places: UiPlaces, table: LocatedTable): Promise<DrillsAnswer> {
  const reports = await places.reports(table, 'drill', MOST_DRILLS);
  const shown = reports.map((report) => {
    const entry = entryOf(report);
    return {
      ...entry,
      atMs: Date.parse(entry.startedAt),
      isTooLate: isTooLate(entry),
      isTooOld: isTooOld(entry),
    };
  });
  return { drills: shown };
}
