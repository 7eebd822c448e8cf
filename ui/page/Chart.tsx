import { useRef, useState } from 'preact/hooks';
import type { Bar } from '../answers';
import { clock, snapped, type Span } from './window';

interface Props {
  readonly bars: readonly Bar[];
  readonly barMs: number;
  readonly whole: Span;
  readonly selected: Span | undefined;
  readonly onSelect: (span: Span) => void;
}

const WIDTH = 960;
const LANE = 90;
const DELETES = 50;
const GAP = 14;
const HEIGHT = LANE + GAP + DELETES;

/** Writes in one lane and deletes in another: three in a hundred would be nothing in one bar. A drag selects. */
export function Chart({ bars, barMs, whole, selected, onSelect }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const [dragged, setDragged] = useState<Span>();
  const barsInAll = Math.max(1, (whole.toMs - whole.fromMs) / barMs);
  const x = (ms: number) => ((ms - whole.fromMs) / (whole.toMs - whole.fromMs)) * WIDTH;
  /** Measured on the drawing itself: its frame is wider. */
  const timeAt = (event: PointerEvent) => {
    const { left, width } = svg.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
    return whole.fromMs + share * (whole.toMs - whole.fromMs);
  };
  const begin = (event: PointerEvent) => {
    svg.current?.setPointerCapture(event.pointerId);
    setDragged({ fromMs: timeAt(event), toMs: timeAt(event) });
    event.preventDefault();
  };
  const move = (event: PointerEvent) => dragged && setDragged({ ...dragged, toMs: timeAt(event) });
  const end = (event: PointerEvent) => {
    if (dragged) onSelect(snapped({ ...dragged, toMs: timeAt(event) }, whole, barMs));
    setDragged(undefined);
  };
  const shown = dragged ? snapped(dragged, whole, barMs) : selected;
  const width = Math.max(1, WIDTH / barsInAll - (barsInAll > WIDTH / 3 ? 0 : 1));
  const mostWrites = Math.max(1, ...bars.map(({ insert, change }) => insert + change));
  const mostDeletes = Math.max(1, ...bars.map((bar) => bar.delete));
  const path = (height: number, most: number, base: number, of: (bar: Bar) => number) =>
    bars
      .filter((bar) => of(bar) > 0)
      .map((bar) => {
        const tall = Math.max(2, (of(bar) / most) * height);
        return `M${x(bar.atMs).toFixed(2)} ${(base - tall).toFixed(2)}h${width.toFixed(2)}v${tall.toFixed(2)}h-${width.toFixed(2)}z`;
      })
      .join('');
  return (
    <figure class="chart">
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Changes from ${clock(whole.fromMs)} to ${clock(whole.toMs)}; at most ${mostWrites} writes and ${mostDeletes} deletes in a bar`}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={() => setDragged(undefined)}
      >
        {shown && (
          <rect
            class="window"
            x={x(shown.fromMs)}
            y="0"
            width={Math.max(2, x(shown.toMs) - x(shown.fromMs))}
            height={HEIGHT}
          />
        )}
        <line class="axis" x1="0" x2={WIDTH} y1={LANE} y2={LANE} />
        <line class="axis" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        <path class="writes" d={path(LANE - 6, mostWrites, LANE, ({ insert, change }) => insert + change)} />
        <path class="deletes" d={path(DELETES - 6, mostDeletes, HEIGHT, (bar) => bar.delete)} />
      </svg>
      <figcaption>
        <span>{clock(whole.fromMs)}</span>
        <span>
          <i class="swatch writes" /> writes, at most {mostWrites} <i class="swatch deletes" /> deletes, at most{' '}
          {mostDeletes}
        </span>
        <span>{clock(whole.toMs)}</span>
      </figcaption>
    </figure>
  );
}
