import { useState } from 'preact/hooks';
import type { ChangedItem, ChangesAnswer, ShownChange } from '../answers';
import { History } from './History';
import { useAnswer } from './useAnswer';
import { asOptions, clock, type Span } from './window';

const SHOWN = 20;
const WORDS = { added: 'made', removed: 'deleted', changed: 'changed' } as const;

/** Step 2: what changed in the window? */
export function What({ table, selected }: { readonly table: string; readonly selected: Span }) {
  const { answer, error } = useAnswer<ChangesAnswer>('changes', { table, ...asOptions(selected) });
  const [find, setFind] = useState('');
  const [kind, setKind] = useState<ChangedItem['is'] | 'all'>('all');
  const [most, setMost] = useState(SHOWN);
  const { from, to } = asOptions(selected);
  if (error !== undefined)
    return (
      <p role="alert">
        {error}. The same: dcs diff {table} --from {from} --to {to}
      </p>
    );
  if (!answer) return <p class="quiet">Reading what changed …</p>;
  const { counts, items } = answer;
  const all = counts.added + counts.removed + counts.changed;
  const found = items.filter(({ is, keys }) => (kind === 'all' || is === kind) && keys.includes(find));
  return (
    <>
      <p>
        {all} items: {counts.added} made, {counts.changed} changed, {counts.removed} deleted
        {counts.unknown > 0 && `, ${counts.unknown} unknown`}.
        {items.length < all && ` The first ${items.length} that were found are here; dcs diff lists all.`}
      </p>
      <p class="filters">
        <label>
          Show{' '}
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value as typeof kind)}>
            <option value="all">all</option>
            <option value="removed">deleted</option>
            <option value="changed">changed</option>
            <option value="added">made</option>
          </select>
        </label>{' '}
        <label>
          Find in keys <input value={find} onInput={(event) => setFind(event.currentTarget.value)} />
        </label>
      </p>
      <ul class="items">
        {found.slice(0, most).map((item) => (
          <Item key={item.objectKey} table={table} item={item} />
        ))}
      </ul>
      {found.length === 0 && <p>None of them is like that.</p>}
      {found.length > most && <button onClick={() => setMost(most + 5 * SHOWN)}>Show more of {found.length}</button>}
    </>
  );
}

function Item({ table, item }: { readonly table: string; readonly item: ChangedItem }) {
  const [isOpen, setOpen] = useState(false);
  const when = item.changedAtMs === null ? '' : clock(item.changedAtMs);
  return (
    <li onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}>
      <button class="row" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span class="keys">{item.keys}</span>
        <span class={`kind ${item.is}`}>
          {WORDS[item.is]}
          {item.times > 1 && `, ${item.times} times`}
        </span>
        <span class="when">{when}</span>
      </button>
      {isOpen && (
        <div class="open">
          <Diff changes={item.changes} />
          <History table={table} objectKey={item.objectKey} />
        </div>
      )}
    </li>
  );
}

export function Diff({ changes }: { readonly changes: readonly ShownChange[] }) {
  if (changes.length === 0) return <p class="quiet">Nothing inside it is different.</p>;
  return (
    <dl class="diff">
      {changes.map(({ path, before, after }) => (
        <div key={path}>
          <dt>{path}</dt>
          <dd>
            {before === undefined ? <span class="quiet">not there</span> : <del>{before}</del>}
            <span aria-label="becomes"> → </span>
            {after === undefined ? <span class="quiet">gone</span> : <ins>{after}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
