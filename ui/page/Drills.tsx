import type { DrillsAnswer } from '../answers';
import { useAnswer } from './useAnswer';
import { clock } from './window';

/** Drills over time: how long a restore took, and whether it was the same. */
export function Drills({ table }: { readonly table: string }) {
  const { answer, error } = useAnswer<DrillsAnswer>('drills', { table });
  if (error !== undefined) return <p role="alert">{error}</p>;
  if (!answer) return <p class="quiet">Reading the reports …</p>;
  const { drills } = answer;
  if (drills.length === 0) return <p>None yet: npx dcs drill {table}</p>;
  const most = Math.max(1, ...drills.map(({ restoreSeconds }) => restoreSeconds ?? 0));
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Verdict</th>
          <th scope="col">Items</th>
          <th scope="col">Restored in</th>
        </tr>
      </thead>
      <tbody>
        {drills.map(({ atMs, verdict, items, differences, restoreSeconds }) => (
          <tr key={atMs}>
            <td>{clock(atMs)}</td>
            <td>{verdict === 'same' ? 'same' : `${differences ?? 'some'} different`}</td>
            <td>{items ?? '?'}</td>
            <td>
              <meter min={0} max={most} value={restoreSeconds ?? 0} aria-label={`${restoreSeconds ?? '?'} seconds`} />{' '}
              {restoreSeconds ?? '?'} s
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
