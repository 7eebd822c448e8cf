import { useState } from 'preact/hooks';
import type { ChangedItem, HistoryAnswer } from '../answers';
import { Command } from './Copy';
import { Diff } from './Diff';
import { Problem } from './Problem';
import { useAnswer } from './useAnswer';
import { clock } from './window';
import { count } from './words';

interface Props {
  readonly table: string;
  readonly command: (...words: readonly string[]) => string;
  readonly item: Pick<ChangedItem, 'objectKey' | 'keyOption'>;
}

/** Every version of an item, on a slider. */
export function History({ table, command, item: { objectKey, keyOption } }: Props) {
  const { answer, error } = useAnswer<HistoryAnswer>('history', { table, object: objectKey });
  const [chosen, setChosen] = useState<number>();
  if (error !== undefined) return <Problem text={error} instead={command('history', table, keyOption)} />;
  if (!answer) return <p class="busy">Reading its history …</p>;
  const { versions } = answer;
  const at = chosen ?? versions.length;
  const version = versions[at - 1];
  if (!version) return <p>It has no versions.</p>;
  return (
    <section class="history" aria-label="History of the item">
      <label>
        <span>History</span>
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
        <b>
          {count(version.number)} of {count(versions.length)}
        </b>{' '}
        · {clock(version.atMs)} · {version.event} · by {version.by}
        {version.gaps > 0 && <strong class="state problem"> a change is missing before it</strong>}
      </p>
      {version.problem === null ? <Diff changes={version.changes} /> : <p>It cannot be read: {version.problem}</p>}
      {version.sequenceNumber !== null && (
        <details>
          <summary>Undo this one change</summary>
          <Command text={command('revert', table, keyOption, '--change', version.sequenceNumber)} />
        </details>
      )}
    </section>
  );
}
