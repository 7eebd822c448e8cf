import { useState } from 'preact/hooks';
import type { HistoryAnswer } from '../answers';
import { useAnswer } from './useAnswer';
import { Diff } from './What';
import { clock } from './window';

/** Every version of an item, on a slider. */
export function History({ table, objectKey }: { readonly table: string; readonly objectKey: string }) {
  const { answer, error } = useAnswer<HistoryAnswer>('history', { table, object: objectKey });
  const [chosen, setChosen] = useState<number>();
  if (error !== undefined) return <p role="alert">{error}</p>;
  if (!answer) return <p class="quiet">Reading its history …</p>;
  const { versions } = answer;
  const at = chosen ?? versions.length;
  const version = versions[at - 1];
  if (!version) return <p>It has no versions.</p>;
  return (
    <section class="history" aria-label="History of the item">
      <label>
        History
        <input
          type="range"
          min={1}
          max={versions.length}
          value={at}
          aria-valuetext={`version ${at} of ${versions.length}, ${clock(version.atMs)}`}
          onInput={(event) => setChosen(Number(event.currentTarget.value))}
        />
      </label>
      <p>
        {version.number} of {versions.length} · {clock(version.atMs)} · {version.event} · by {version.by}
        {version.gaps > 0 && ' · a change is missing before it'}
      </p>
      {version.problem === null ? <Diff changes={version.changes} /> : <p>It cannot be read: {version.problem}</p>}
    </section>
  );
}
