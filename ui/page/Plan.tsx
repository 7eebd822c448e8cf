import { useState } from 'preact/hooks';
import type { PlanAnswer } from '../answers';
import { useAnswer } from './useAnswer';
import { asOptions, type Span } from './window';

/** Step 3: what the revert would do, and the command that does it. The page itself does nothing. */
export function Plan({ table, selected }: { readonly table: string; readonly selected: Span }) {
  const { answer, error } = useAnswer<PlanAnswer>('plan', { table, ...asOptions(selected) });
  const [copied, setCopied] = useState('');
  if (error !== undefined) return <p role="alert">{error}</p>;
  if (!answer) return <p class="quiet">Comparing with the live table …</p>;
  const { command, counts, why } = answer;
  const copy = () => {
    navigator.clipboard.writeText(command).then(
      () => setCopied('Copied.'),
      () => setCopied('The browser does not let it be copied: select it.'),
    );
  };
  return (
    <>
      {counts ? (
        <p>
          Makes again {counts.put}, changes back {counts.change}, deletes {counts.delete}; of these{' '}
          {counts.changedLater} were changed later, and that stays. Left as they are: {counts.conflicts} that both have
          touched, {counts.unknown} unknown.
        </p>
      ) : (
        <p>The live table could not be compared ({why}). The command makes the plan itself.</p>
      )}
      <p>
        Nothing is changed from here. This does it, and asks first where it changes much; with --dry-run it lists all of
        it:
      </p>
      <div class="command">
        <code id="command" tabIndex={0}>
          {command}
        </code>{' '}
        <button onClick={copy}>Copy</button>
        <span role="status"> {copied}</span>
      </div>
    </>
  );
}
