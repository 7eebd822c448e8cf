import type { ShownChange } from '../answers';

/** Attribute by attribute. Values are text, whatever is in them. */
export function Diff({ changes }: { readonly changes: readonly ShownChange[] }) {
  if (changes.length === 0) return <p class="quiet">Nothing inside it is different.</p>;
  return (
    <dl class="diff">
      {changes.map((change) => (
        <div key={change.path}>
          <dt>{change.path}</dt>
          <dd>
            <Values {...change} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Values({ before, after, isHidden }: ShownChange) {
  if (isHidden)
    return (
      <span class="quiet">
        {before === undefined ? 'was not there, now has' : after === undefined ? 'gone; it had' : 'changed;'} a value
        that the settings hide
      </span>
    );
  return (
    <>
      {before === undefined ? <span class="quiet">not there</span> : <del>{before}</del>}
      <span class="to">
        <span class="heard"> becomes </span>
        <span aria-hidden="true"> → </span>
      </span>
      {after === undefined ? <span class="quiet">gone</span> : <ins>{after}</ins>}
    </>
  );
}
