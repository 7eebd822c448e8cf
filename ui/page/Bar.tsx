/// <reference lib="dom" />
import { Copy } from './Copy';
import { spanText, type Span } from './window';

interface Props {
  readonly span: Span;
  /** How many, in words. */
  readonly changes: string | undefined;
  readonly revert: string;
}

/** Stays at the lower edge: what is chosen, and its command. */
export function Bar({ span, changes, revert }: Props) {
  return (
    <section class="bar" aria-label="Selection">
      <span class="bar-what">
        <b>{spanText(span)}</b>
        {changes !== undefined && <span> · {changes}</span>}
      </span>
      <code class="bar-command" aria-hidden="true">
        {revert}
      </code>
      <button onClick={() => document.getElementById('step-3')?.scrollIntoView({ block: 'start' })}>
        See the plan
      </button>
      <Copy text={revert} name="Copy the command" />
    </section>
  );
}
