import type { PlanAnswer } from '../answers';
import { Command } from './Copy';
import { Problem } from './Problem';
import { useAnswer } from './useAnswer';
import { asOptions, type Span } from './window';
import { count } from './words';

interface Props {
  readonly table: string;
  readonly selected: Span;
  readonly revert: string;
  readonly isPartial: boolean | undefined;
}

/** Step 3: what the revert would do, and the command that does it. The page itself does nothing. */
export function Plan({ table, selected, revert, isPartial }: Props) {
  const { answer, error } = useAnswer<PlanAnswer>('plan', { table, ...asOptions(selected) });
  const isNothing = answer?.counts && answer.counts.put + answer.counts.change + answer.counts.delete === 0;
  return (
    <>
      {error !== undefined && <Problem text={error} instead={`${revert} --dry-run`} />}
      {!answer && error === undefined && <p class="busy">Comparing with the live table …</p>}
      {answer?.counts && <Counts counts={answer.counts} />}
      {answer && !answer.counts && (
        <p class="alert">The live table could not be compared ({answer.why}). The command makes the plan itself.</p>
      )}
      {isPartial && (
        <p class="alert">
          Not every change of this window is recorded (see 1): what is missing from the images can be neither planned
          nor undone.
        </p>
      )}
      {isNothing && (
        <p>Nothing of the window is left to put back: later changes have covered it, or it is back already.</p>
      )}
      <h4>Look first: every change that it would make</h4>
      <Command text={`${revert} --dry-run`} name="Copy the dry run" />
      <h4>Put it back. It asks before it changes much</h4>
      <Command text={revert} id="command" name="Copy" />
    </>
  );
}

function Counts({ counts }: { readonly counts: NonNullable<PlanAnswer['counts']> }) {
  const rows = [
    ['put', counts.put, 'put back', 'the window deleted them'],
    [
      'change',
      counts.change,
      'changed back',
      `${count(counts.changedLater)} of all were changed later, and that stays`,
    ],
    ['delete', counts.delete, 'deleted', 'the window created them'],
    ['conflicts', counts.conflicts, 'left', 'the window and a later change touched the same'],
    ['unknown', counts.unknown, 'not known', 'their state before or after cannot be told'],
  ] as const;
  return (
    <ul class="plan">
      {rows.map(([name, number, word, why]) => (
        <li key={name} class={number === 0 ? 'none' : name}>
          <b>{count(number)}</b> <span class="word">{word}</span>
          <span class="quiet">{why}</span>
        </li>
      ))}
    </ul>
  );
}
