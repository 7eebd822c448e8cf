/// <reference lib="dom" />
import { useRef } from 'preact/hooks';
import type { ChangedItem } from '../answers';
import { Command } from './Copy';
import { Diff } from './Diff';
import { History } from './History';
import { asOptions, clock, type Span } from './window';
import { KINDS } from './words';

interface Props {
  readonly table: string;
  readonly command: (...words: readonly string[]) => string;
  readonly selected: Span;
  readonly item: ChangedItem;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
}

const SIGNS = { added: '+', removed: '−', changed: '~' } as const;

/** A row that opens in place. Escape closes it, and the focus is where it was. */
export function Item({ table, command, selected, item, isOpen, onOpen }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const { is, keys, keyOption, times, changedAtMs, changes } = item;
  const { from, to } = asOptions(selected);
  const close = () => {
    onOpen(false);
    button.current?.focus();
  };
  return (
    <li onKeyDown={(event) => isOpen && event.key === 'Escape' && close()}>
      <button ref={button} class="row" aria-expanded={isOpen} onClick={() => onOpen(!isOpen)}>
        <span class="keys">{keys.join(' / ')}</span>
        <span class={`kind ${is}`}>
          <i aria-hidden="true">{SIGNS[is]}</i> {KINDS[is]}
          {times > 1 && ` ${times}×`}
        </span>
        <span class="paths">{is === 'changed' ? changes.map(({ path }) => path).join(', ') : ''}</span>
        <span class="when">{changedAtMs === null ? '' : clock(changedAtMs).slice(0, -4)}</span>
      </button>
      {isOpen && (
        <div class="open">
          <h4>In the window</h4>
          <Diff changes={changes} />
          <History table={table} command={command} item={item} />
          <h4>Undo the window for this item alone</h4>
          <Command text={command('revert', table, '--from', from, '--to', to, keyOption)} />
        </div>
      )}
    </li>
  );
}
