import { useState } from 'preact/hooks';
import type { ChangedItem, ChangesAnswer } from '../answers';
import { Item } from './Item';
import { Problem } from './Problem';
import { useAnswer } from './useAnswer';
import { asOptions, type Span } from './window';
import { count, counted } from './words';

interface Props {
  readonly table: string;
  readonly command: (...words: readonly string[]) => string;
  readonly selected: Span;
  /** The object key of the one that is open. */
  readonly item: string | undefined;
  readonly onOpen: (objectKey: string | undefined) => void;
}

const SHOWN = 20;
type Kind = ChangedItem['is'] | 'all';

/** Step 2: what changed in the window? */
export function What({ table, command, selected, item, onOpen }: Props) {
  const window = asOptions(selected);
  const { answer, error } = useAnswer<ChangesAnswer>('changes', { table, ...window });
  const [find, setFind] = useState('');
  const [kind, setKind] = useState<Kind>('all');
  const [most, setMost] = useState(SHOWN);
  const diff = command('diff', table, '--from', window.from, '--to', window.to);
  if (error !== undefined) return <Problem text={error} instead={diff} />;
  if (!answer) return <p class="busy">Reading what changed …</p>;
  const { counts, items, keyNames } = answer;
  const all = counts.added + counts.removed + counts.changed;
  const wanted = find.toLowerCase();
  const found = items.filter(
    ({ is, keys }) => (kind === 'all' || is === kind) && keys.join(' / ').toLowerCase().includes(wanted),
  );
  const chip = (name: Kind, word: string, number: number) => (
    <button class={`chip ${name}`} aria-pressed={kind === name} onClick={() => setKind(name)}>
      {word} <b>{count(number)}</b>
    </button>
  );
  return (
    <>
      <div class="filters">
        <div role="group" aria-label="Show">
          {chip('all', 'all', all)}
          {chip('removed', 'deleted', counts.removed)}
          {chip('changed', 'changed', counts.changed)}
          {chip('added', 'created', counts.added)}
        </div>
        <label>
          Find in keys <input type="search" value={find} onInput={(event) => setFind(event.currentTarget.value)} />
        </label>
      </div>
      {counts.unknown > 0 && (
        <p class="alert">
          Of {counted(counts.unknown, 'more item')} the state at one of the two moments is not known:{' '}
          <code>{diff}</code>
        </p>
      )}
      {items.length < all && (
        <p class="alert">
          The first {count(items.length)} that were found are here, of {count(all)}; the plan below is of all of them.
          All: <code>{diff}</code>
        </p>
      )}
      {found.length > 0 && (
        <div class="row heads" aria-hidden="true">
          <span>{keyNames.join(' / ')}</span>
          <span>change</span>
          <span>in</span>
          <span>when, UTC</span>
        </div>
      )}
      <ul class="items">
        {found.slice(0, most).map((each) => (
          <Item
            key={each.objectKey}
            {...{ table, command, selected }}
            item={each}
            isOpen={each.objectKey === item}
            onOpen={(isOpen) => onOpen(isOpen ? each.objectKey : undefined)}
          />
        ))}
      </ul>
      {found.length === 0 && (
        <p>
          {all === 0
            ? 'Nothing is different between the two ends of the window: what was changed in it was changed back in it.'
            : 'None of them is like that.'}
        </p>
      )}
      {found.length > most && (
        <button onClick={() => setMost(most + 5 * SHOWN)}>Show more of {count(found.length)}</button>
      )}
    </>
  );
}
