import { clock, second, snapped, type Span } from './window';

interface Props {
  readonly whole: Span;
  readonly barMs: number;
  readonly selected: Span | undefined;
  readonly onSelect: (span: Span) => void;
}

const FAR = 10;

/** The way without dragging: two sliders, and two times to type. */
export function Ends({ whole, barMs, selected = whole, onSelect }: Props) {
  const set = (span: Span) => onSelect(snapped(span, whole, barMs));
  const typed = (text: string): number | undefined => {
    const ms = Date.parse(/Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text.trim().replace(' UTC', '')}Z`);
    return Number.isNaN(ms) ? undefined : ms;
  };
  const end = (name: 'Start' | 'End', value: number, move: (ms: number) => void) => (
    <div class="end">
      <label>
        <span>{name}</span>
        <input
          type="range"
          min={whole.fromMs}
          max={whole.toMs}
          step={barMs}
          value={value}
          aria-valuetext={clock(value)}
          onChange={(event) => move(Number(event.currentTarget.value))}
          onKeyDown={(event) => {
            const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
            if (!event.shiftKey || step === undefined) return;
            event.preventDefault();
            move(value + step * FAR * barMs);
          }}
        />
      </label>
      <input
        aria-label={`${name}, as a time in UTC`}
        spellcheck={false}
        autocomplete="off"
        value={second(value)}
        onChange={(event) => {
          const ms = typed(event.currentTarget.value);
          if (ms === undefined) event.currentTarget.value = second(value);
          else move(ms);
        }}
      />
    </div>
  );
  return (
    <div class="ends">
      {end('Start', selected.fromMs, (fromMs) => set({ fromMs, toMs: Math.max(selected.toMs, fromMs + barMs) }))}
      {end('End', selected.toMs, (toMs) => set({ fromMs: Math.min(selected.fromMs, toMs - barMs), toMs }))}
    </div>
  );
}
