import type { TimelineAnswer } from '../answers';
import { barsPath } from './barsPath';
import { clipped, spanOf, spanText, type Span } from './window';

const WIDTH = 1_000;
const HEIGHT = 30;

/** The whole range above what is zoomed into, so that nobody loses where they are. */
export function Overview({ all: { bars, barMs }, zoom }: { readonly all: TimelineAnswer; readonly zoom: Span }) {
  const whole = spanOf(bars, barMs);
  const shown = clipped(zoom, whole) ?? zoom;
  const x = (ms: number) => ((ms - whole.fromMs) / (whole.toMs - whole.fromMs)) * WIDTH;
  const all = { bars, barMs, whole, width: WIDTH, height: HEIGHT - 2, base: HEIGHT };
  return (
    <svg
      class="overview"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`The whole range, ${spanText(whole)}; below is ${spanText(shown)}`}
    >
      <path class="writes" d={barsPath(all, (bar) => bar.insert + bar.change + bar.delete)} />
      <rect
        class="window"
        x={x(shown.fromMs)}
        y="0"
        width={Math.max(3, x(shown.toMs) - x(shown.fromMs))}
        height={HEIGHT}
      />
    </svg>
  );
}
