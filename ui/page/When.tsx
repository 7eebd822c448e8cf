import { useEffect, useState } from 'preact/hooks';
import type { TimelineAnswer } from '../answers';
import { Chart } from './Chart';
import { Ends } from './Ends';
import { Overview } from './Overview';
import { Problem } from './Problem';
import { useAnswer } from './useAnswer';
import { barLength, changesText, clipped, clock, second, snapped, spanOf, spanText, type Span } from './window';
import { count, counted } from './words';

interface Props {
  readonly table: string;
  readonly command: (...words: readonly string[]) => string;
  readonly selected: Span | undefined;
  readonly onSelect: (span: Span | undefined) => void;
  readonly onSeen: (seen: Seen) => void;
}

/** What is known of the window by the chart alone. */
export interface Seen {
  /** How many, in words. */
  readonly changes?: string;
  /** Not every change of it is recorded. */
  readonly isPartial?: boolean;
}

const SHOWN_BURSTS = 6;

/** Step 1: when did it break? */
export function When({ table, command, selected, onSelect, onSeen }: Props) {
  const [zoom, setZoom] = useState<Span>();
  const [all, setAll] = useState<TimelineAnswer>();
  const asked = zoom && { from: second(zoom.fromMs - 1_000), to: second(zoom.toMs - 1_000) };
  const { answer, error, isOld } = useAnswer<TimelineAnswer>('timeline', { table, ...asked }, { keep: true });
  useEffect(() => {
    if (answer && !isOld && !zoom) setAll(answer);
  }, [answer, isOld]);
  const isPartial = selected && answer?.gaps.some((gap) => clipped(gap, selected));
  const changes = answer && selected && changesText(answer.bars, selected, answer.barMs, isPartial);
  useEffect(() => onSeen({ changes, isPartial }), [changes, isPartial]);
  if (error !== undefined) return <Problem text={error} instead={command('timeline', table)} />;
  if (!answer) return <p class="busy chart-place">Listing the copy of {table} …</p>;
  const { bars, barMs, bursts, gaps, notLookedAt } = answer;
  const whole = spanOf(bars, barMs);
  if (bars.length === 0)
    return (
      <p>
        No image was stored between these times. <button onClick={() => setZoom(undefined)}>Whole range</button>
      </p>
    );
  return (
    <>
      {bursts.length > 0 && (
        <p class="bursts">
          <span class="quiet">Unusual, 8 times the usual minute and more:</span>
          {bursts.slice(0, SHOWN_BURSTS).map((burst) => (
            <button key={burst.fromMs} class="burst" onClick={() => onSelect(snapped(burst, whole, barMs))}>
              {spanText(burst)} <b>{counted(burst.changes, 'change')}</b>
              {burst.deletes > 0 && `, ${count(burst.deletes)} deleted`}
            </button>
          ))}
        </p>
      )}
      {zoom && all && <Overview {...{ all, zoom }} />}
      <Chart {...{ bars, barMs, whole, gaps, selected, onSelect, isOld }} />
      <p class="quiet small">
        One bar is {barLength(barMs)}. Times are UTC, and those at which S3 stored the images: about a second after the
        change. Drag over the chart, drag an edge of the window, or say the times:
      </p>
      <Ends {...{ whole, barMs, selected, onSelect }} />
      <p class="buttons">
        <button disabled={!selected} onClick={() => selected && setZoom(selected)}>
          Zoom to the window
        </button>
        <button disabled={!zoom} onClick={() => zoom && setZoom(wider(zoom, all, barMs))}>
          Zoom out
        </button>
        <button disabled={!zoom} onClick={() => setZoom(undefined)}>
          Whole range
        </button>
        <button disabled={!selected} onClick={() => onSelect(undefined)}>
          No window
        </button>
      </p>
      <p role="status" class="status">
        {selected && changes !== undefined ? `Window: ${spanText(selected)}, ${changes}` : 'No window is selected.'}
      </p>
      {(gaps.length > 0 || notLookedAt.length > 0) && <Gaps {...{ gaps, notLookedAt }} />}
    </>
  );
}

/** Three times as much; the whole range where that is no more. */
function wider({ fromMs, toMs }: Span, all: TimelineAnswer | undefined, barMs: number): Span | undefined {
  const margin = toMs - fromMs;
  const whole = spanOf(all?.bars ?? [], all?.barMs ?? barMs);
  const [from, to] = [fromMs - margin, toMs + margin];
  return all && from <= whole.fromMs && to >= whole.toMs ? undefined : { fromMs: from, toMs: to };
}

function Gaps({ gaps, notLookedAt }: Pick<TimelineAnswer, 'gaps' | 'notLookedAt'>) {
  return (
    <ul class="gaps" aria-label="Not recorded">
      {gaps.map(({ fromMs, toMs, why }) => (
        <li key={`${fromMs} ${why}`}>
          <b>Not recorded</b>, {clock(fromMs)} to {clock(toMs)}: {why}
        </li>
      ))}
      {notLookedAt.map((what) => (
        <li key={what}>
          <b>Not looked at</b>: {what}
        </li>
      ))}
    </ul>
  );
}
