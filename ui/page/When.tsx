import { useEffect, useState } from 'preact/hooks';
import type { TimelineAnswer } from '../answers';
import { Chart } from './Chart';
import { useAnswer } from './useAnswer';
import { barLength, changesIn, clock, second, snapped, spanOf, type Span } from './window';

interface Props {
  readonly table: string;
  readonly selected: Span | undefined;
  readonly onSelect: (span: Span | undefined) => void;
}

/** Step 1: when did it break? */
export function When({ table, selected, onSelect }: Props) {
  const [zoom, setZoom] = useState<Span>();
  useEffect(() => setZoom(undefined), [table]);
  const { answer, error } = useAnswer<TimelineAnswer>('timeline', {
    table,
    ...(zoom && { from: second(zoom.fromMs - 1_000), to: second(zoom.toMs - 1_000) }),
  });
  if (error !== undefined)
    return (
      <p role="alert">
        {error}. The same: dcs timeline {table}
      </p>
    );
  if (!answer) return <p class="quiet">Listing the copy of {table} …</p>;
  const { bars, barMs, bursts } = answer;
  if (bars.length === 0)
    return (
      <p>
        No change between these times. <button onClick={() => setZoom(undefined)}>Whole range</button>
      </p>
    );
  const whole = spanOf(bars, barMs);
  return (
    <>
      {bursts.length > 0 && (
        <p>
          Unusual (8 times the usual minute and more):{' '}
          {bursts.map((burst) => (
            <button key={burst.fromMs} class="burst" onClick={() => onSelect(snapped(burst, whole, barMs))}>
              {clock(burst.fromMs)}, {burst.changes} changes
            </button>
          ))}
        </p>
      )}
      <Chart {...{ bars, barMs, whole, selected, onSelect }} />
      <p class="quiet">
        One bar is {barLength(barMs)}. Times are those at which S3 stored the images, about a second after the change.
        Drag over the chart, or:
      </p>
      <Sliders {...{ whole, barMs, selected, onSelect }} />
      <p>
        <button disabled={!selected} onClick={() => selected && setZoom(selected)}>
          Zoom to the window
        </button>{' '}
        <button disabled={!zoom} onClick={() => setZoom(undefined)}>
          Whole range
        </button>{' '}
        <button disabled={!selected} onClick={() => onSelect(undefined)}>
          No window
        </button>
      </p>
      <p role="status">
        {selected
          ? `Window: ${clock(selected.fromMs)} to ${clock(selected.toMs)}, ${changesIn(bars, selected)} changes`
          : 'No window is selected.'}
      </p>
    </>
  );
}

interface SlidersProps {
  readonly whole: Span;
  readonly barMs: number;
  readonly selected: Span | undefined;
  readonly onSelect: (span: Span) => void;
}

/** The way without dragging. */
function Sliders({ whole, barMs, selected = whole, onSelect }: SlidersProps) {
  const set = (span: Span) => onSelect(snapped(span, whole, barMs));
  const typed = (text: string): number | undefined => {
    const ms = Date.parse(/Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
    return Number.isNaN(ms) ? undefined : ms;
  };
  const end = (name: 'Start' | 'End', value: number, move: (ms: number) => void) => (
    <div class="end">
      <label>
        {name}
        <input
          type="range"
          min={whole.fromMs}
          max={whole.toMs}
          step={barMs}
          value={value}
          aria-valuetext={clock(value)}
          onChange={(event) => move(Number(event.currentTarget.value))}
        />
      </label>
      <input
        aria-label={`${name}, as a time in UTC`}
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
