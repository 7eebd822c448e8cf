import type { Judge } from './guarded/type';
import { shown } from './json';
import type { ResourceChange } from './plan';
import { definitionsIn, undefinedTables, type Tables } from './tables';

/** What a schedule sends: the tables whose definitions are kept may become more, and move from one target to another. */
export const inputJudge: Judge = (from, to, { tables }) => {
  if (from === to) return [];
  const [were, are] = [definitionsIn(from), definitionsIn(to)];
  if (!were || !are || are.length === 0)
    return [`input: ${shown(from)} becomes ${shown(to)}: it starts with something else.`];
  const lost = undefinedTables(were, [...are, ...tables.defined], tables);
  return lost.length === 0 ? [] : [`input is without ${lost.join(', ')}: the definition of a table is no longer kept.`];
};

/** Whether it is a target that goes, and whose tables other targets name, or none need. */
export function isNamedElsewhere({ type, actions, before, after }: ResourceChange, tables: Tables): boolean {
  if (type !== 'aws_cloudwatch_event_target' || !actions.includes('delete') || after !== null) return false;
  const were = definitionsIn(before?.input) ?? [];
  return were.length > 0 && tables.defined.length > 0 && undefinedTables(were, tables.defined, tables).length === 0;
}
