/// <reference lib="dom" />
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Bar, ShownGap } from '../answers';
import { barsPath, mostOf } from './barsPath';
import { ticksOf } from './ticks';
import { clipped, clock, snapped, spanText, type Span } from './window';
import { count } from './words';

interface Props {
  readonly bars: readonly Bar[];
  readonly barMs: number;
  readonly whole: Span;
  readonly gaps: readonly ShownGap[];
  readonly selected: Span | undefined;
  readonly onSelect: (span: Span) => void;
  /** Another one is on its way. */
  readonly isOld: boolean;
}

const WRITES = 112;
const GAP = 10;
const DELETES = 58;
const HEIGHT = WRITES + GAP + DELETES;
const AXIS = 24;
/** Between one label of the axis and the next. */
const TICK_PX = 90;
const GRIP_PX = 12;
const BESIDE_PX = 8;

const writesOf = ({ insert, change }: Bar) => insert + change;
const deletesOf = (bar: Bar) => bar.delete;

/** Writes in one lane and deletes in another: three in a hundred would be nothing in one bar. A drag selects, or moves an edge. */
export function Chart({ bars, barMs, whole, gaps, selected, onSelect, isOld }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const width = useWidth(svg);
  const [dragged, setDragged] = useState<Span>();
  const [under, setUnder] = useState<number>();
  const x = (ms: number) => ((ms - whole.fromMs) / (whole.toMs - whole.fromMs)) * width;
  /** Measured on the drawing itself: its frame is wider. */
  const timeAt = (event: PointerEvent) => {
    const { left, width: wide } = svg.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    const share = Math.min(1, Math.max(0, (event.clientX - left) / wide));
    return whole.fromMs + share * (whole.toMs - whole.fromMs);
  };
  const begin = (event: PointerEvent) => {
    svg.current?.setPointerCapture(event.pointerId);
    const at = timeAt(event);
    setDragged({ fromMs: otherEnd(selected, at, x) ?? at, toMs: at });
    event.preventDefault();
  };
  const move = (event: PointerEvent) => {
    setUnder(timeAt(event));
    if (dragged) setDragged({ ...dragged, toMs: timeAt(event) });
  };
  const end = (event: PointerEvent) => {
    if (dragged) onSelect(snapped({ ...dragged, toMs: timeAt(event) }, whole, barMs));
    setDragged(undefined);
  };
  const shown = dragged ? snapped(dragged, whole, barMs) : selected && clipped(selected, whole);
  const lane = { bars, barMs, whole, width };
  const [mostWrites, mostDeletes] = [mostOf(bars, writesOf), mostOf(bars, deletesOf)];
  return (
    <figure class="chart" aria-busy={isOld}>
      <svg
        ref={svg}
        viewBox={`0 0 ${width} ${HEIGHT + AXIS}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Changes from ${clock(whole.fromMs)} to ${clock(whole.toMs)}; at most ${mostWrites} writes and ${mostDeletes} deletes in a bar; ${gaps.length} times of which not all is recorded`}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerLeave={() => setUnder(undefined)}
        onPointerCancel={() => setDragged(undefined)}
      >
        <defs>
          <pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line class="hatch" x1="0" x2="0" y1="0" y2="8" />
          </pattern>
        </defs>
        {ticksOf(whole, Math.max(2, Math.floor(width / TICK_PX))).map(({ atMs, label }) => (
          <g key={atMs}>
            <line class="grid" x1={x(atMs)} x2={x(atMs)} y1="0" y2={HEIGHT + 5} />
            <text class="tick" x={x(atMs)} y={HEIGHT + 18} text-anchor={anchorOf(x(atMs), width)}>
              {label}
            </text>
          </g>
        ))}
        {gaps.map((gap) => {
          const seen = clipped(gap, whole);
          const wide = seen && Math.max(4, x(seen.toMs) - x(seen.fromMs));
          return (
            seen && (
              <rect
                class="gap"
                key={`${gap.fromMs} ${gap.why}`}
                x={x(seen.fromMs)}
                y="0"
                width={wide}
                height={HEIGHT}
              />
            )
          );
        })}
        {shown && <Window from={x(shown.fromMs)} to={x(shown.toMs)} />}
        <path class="writes" d={barsPath({ ...lane, height: WRITES - 20, base: WRITES }, writesOf)} />
        <path class="deletes" d={barsPath({ ...lane, height: DELETES - 18, base: HEIGHT }, deletesOf)} />
        <line class="axis" x1="0" x2={width} y1={WRITES} y2={WRITES} />
        <line class="axis" x1="0" x2={width} y1={HEIGHT} y2={HEIGHT} />
        {under !== undefined && !dragged && <line class="cursor" x1={x(under)} x2={x(under)} y1="0" y2={HEIGHT} />}
      </svg>
      <figcaption>
        <span>
          <i class="swatch writes" /> writes, at most {count(mostWrites)}
        </span>
        <span>
          <i class="swatch deletes" /> deletes, at most {count(bars.some((bar) => bar.delete > 0) ? mostDeletes : 0)}
        </span>
        {gaps.length > 0 && (
          <span>
            <i class="swatch gap" /> not recorded
          </span>
        )}
        <span class="under">{under === undefined ? spanText(whole) : underText(bars, barMs, under)}</span>
      </figcaption>
    </figure>
  );
}

/** Grips stand outside the edges, and a flag above, so that six minutes in a week can be seen and taken hold of. */
function Window({ from, to }: { readonly from: number; readonly to: number }) {
  const wide = Math.max(2, to - from);
  const grip = (at: number) => (
    <g class="grip">
      <rect class="hold" x={at - GRIP_PX} y="0" width={2 * GRIP_PX} height={HEIGHT} />
      <line x1={at} x2={at} y1="0" y2={HEIGHT} />
      <rect x={at - 3} y={HEIGHT / 2 - 14} width="6" height="28" rx="3" />
    </g>
  );
  const middle = from + wide / 2;
  return (
    <g>
      <rect class="window" x={from} y="0" width={wide} height={HEIGHT} />
      <path class="flag" d={`M${middle - 6} 0h12l-6 8z`} />
      {grip(from)}
      {grip(from + wide)}
    </g>
  );
}

/** Of a window whose edge is taken hold of, the edge that stays. */
function otherEnd(selected: Span | undefined, at: number, x: (ms: number) => number): number | undefined {
  if (!selected) return undefined;
  const [toFrom, toTo] = [Math.abs(x(at) - x(selected.fromMs)), Math.abs(x(at) - x(selected.toMs))];
  if (Math.min(toFrom, toTo) > BESIDE_PX) return undefined;
  return toFrom < toTo ? selected.toMs : selected.fromMs;
}

function underText(bars: readonly Bar[], barMs: number, atMs: number): string {
  const bar = bars.find((each) => each.atMs <= atMs && atMs < each.atMs + barMs);
  if (!bar) return '';
  const when = barMs === 1_000 ? clock(bar.atMs) : spanText({ fromMs: bar.atMs, toMs: bar.atMs + barMs });
  return `${when}: +${count(bar.insert)} ~${count(bar.change)} −${count(bar.delete)}`;
}

function anchorOf(at: number, width: number): 'start' | 'middle' | 'end' {
  return at < 40 ? 'start' : at > width - 40 ? 'end' : 'middle';
}

/** In pixels, so that what is written on it is not stretched. */
function useWidth(element: { readonly current: SVGSVGElement | null }): number {
  const [width, setWidth] = useState(960);
  useEffect(() => {
    const { current } = element;
    if (!current) return undefined;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(200, entry.contentRect.width)));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return width;
}
