import type { LocatedTable } from '../settings/configuredTable';
import { changes } from './changes';
import { drills } from './drills';
import { history } from './history';
import type { UiPlaces } from './places';
import { plan } from './plan';
import { NotFound, type Answer } from './serve';
import { tables } from './tables';
import { timeline } from './timeline';
import { windowIn } from './window';

/** Answers what the page asks for. @see answers for the shapes */
export function uiApi(places: UiPlaces): Answer {
  const answers: Readonly<Record<string, Answer>> = {
    tables: (_name, _query, signal) => tables(places, signal),
    timeline: (_, query, signal) => timeline(places, tableIn(places, query), windowIn(query), signal),
    changes: (_, query, signal) => changes(places, tableIn(places, query), windowIn(query), signal),
    history: (_, query, signal) => history(places, tableIn(places, query), query.get('object') ?? '', signal),
    plan: (_, query, signal) => plan(places, tableIn(places, query), windowIn(query), signal),
    drills: (_, query) => drills(places, tableIn(places, query)),
  };
  return async (name, query, signal) => {
    const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
    if (!answer) throw new NotFound();
    return answer(name, query, signal);
  };
}

function tableIn({ tables: all }: UiPlaces, query: URLSearchParams): LocatedTable {
  const table = all.find(({ tableName }) => tableName === query.get('table'));
  if (!table) throw new NotFound();
  return table;
}
