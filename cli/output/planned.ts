import type { AttributeMap } from '../../core/attributeValue';
import { itemChanges } from '../../core/itemChanges';
import { plainJson } from '../../core/plainJson';
import { changed, type PlannedWrite } from '../../core/plannedWrite';
import { changeLines } from './changes';
import type { Output } from './output';

/** What each write is called, and what is said of one to an item that was written later. */
export interface PlanWords {
  readonly put: string;
  /** What is put is not shown in the text: of an item that is not there, everything would be new. */
  readonly isPutShort?: boolean;
  readonly later: string;
}

/** Shows one line of a plan: the key, what is to become of it, and what differs from now. */
export function sayPlanned(
  output: Output,
  { objectKey, keys, change, isChangedLater }: PlannedWrite,
  now: AttributeMap | undefined,
  words: PlanWords,
): void {
  const changes = itemChanges(now, changed(now, change));
  const kind = { put: words.put, update: 'change', delete: 'delete' }[change.do];
  const lines = change.do === 'put' && words.isPutShort ? [] : changeLines(changes, output.colours);
  const later = isChangedLater ? `  (${words.later})` : '';
  output.result(
    { type: 'planned', do: change.do, objectKey, keys, isChangedLater, changes },
    [`${kind} ${plainJson(keys)}${later}`, ...lines.map((line) => `    ${line}`)].join('\n'),
  );
}
