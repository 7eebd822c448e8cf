import type { LocatedTable } from '../settings/configuredTable';
import type { DrillsAnswer } from './answers';
import type { UiPlaces } from './places';

const MOST_DRILLS = 60;

/** The reports of a table's drills, whatever version of dcs has written them. */
export async function drills(places: UiPlaces, table: LocatedTable): Promise<DrillsAnswer> {
  const reports = await places.reports(table, 'drill', MOST_DRILLS);
  return {
    drills: reports.map(({ text, storedAtMs }) => {
      const fields = fieldsOf(text);
      const numberOf = (name: string) => (typeof fields[name] === 'number' ? fields[name] : null);
      const endedAtMs = typeof fields.endedAt === 'string' ? Date.parse(fields.endedAt) : NaN;
      return {
        atMs: Number.isNaN(endedAtMs) ? storedAtMs : endedAtMs,
        verdict: typeof fields.verdict === 'string' ? fields.verdict : 'unknown',
        restoreSeconds: numberOf('restoreSeconds'),
        targetSeconds: null,
        items: numberOf('items'),
        sample: numberOf('sample'),
        differences: numberOf('differences'),
      };
    }),
  };
}

/** A report that cannot be read is a drill of which nothing is known. */
function fieldsOf(text: string): Record<string, unknown> {
  try {
    const fields: unknown = JSON.parse(text);
    return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
