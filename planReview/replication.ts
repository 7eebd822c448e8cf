import { isObject, list, shown, type Json, type JsonObject } from './json';
import { changedLeaves } from './leaves';
import { judgedLeaf } from './judge';
import { appears, becomes, type Context, type Verdict } from './verdicts';

const LATE = 'nobody sees that images are late';

/** What may change in a rule; everything else brings images elsewhere, or fewer of them. */
const RULE: Readonly<Record<string, Verdict>> = {
  status: becomes('Enabled', 'images no longer reach the destination'),
  'delete_marker_replication.status': becomes('Disabled', 'a deletion in the source hides the copy'),
  'existing_object_replication.status': becomes('Enabled', 'what is there already is left out'),
  'source_selection_criteria.sse_kms_encrypted_objects.status': becomes('Enabled', 'encrypted images are left out'),
  'destination.metrics.status': becomes('Enabled', LATE),
  'destination.metrics.event_threshold.minutes': appears(LATE),
  'destination.replication_time.status': becomes('Enabled', LATE),
  'destination.replication_time.time.minutes': appears(LATE),
};

/** What changed rules no longer bring over, or bring elsewhere. */
export function replicationWeakened(from: Json | undefined, to: Json | undefined, context: Context): string[] {
  const [were, are] = [rules(from), rules(to)];
  const added = [...are.keys()].filter((id) => !were.has(id)).map((id) => `Rule ${id} is new.`);
  return [
    ...[...were].flatMap(([id, was]) => {
      const is = are.get(id);
      if (is === undefined) return [`Rule ${id} is removed.`];
      return changedLeaves('', was, is).flatMap((leaf) =>
        judgedLeaf(RULE, leaf, context).map((what) => `Rule ${id}: ${what}`),
      );
    }),
    ...added,
  ];
}

function rules(rule: Json | undefined): Map<string, JsonObject> {
  return new Map(
    list(rule)
      .filter(isObject)
      .map((one) => [shown(one.id), one]),
  );
}
