import type { DrillsAnswer } from '../answers';
import { Command } from './Copy';
import { Problem } from './Problem';
import { useAnswer } from './useAnswer';
import { clock } from './window';
import { count, counted, duration } from './words';

type Drill = DrillsAnswer['drills'][number];

/** Drills over time: how long a restore takes, against what it may take, and whether it was the same. */
export function Drills({ table, command }: { table: string; command: (...words: readonly string[]) => string }) {
  const { answer, error } = useAnswer<DrillsAnswer>('drills', { table });
  if (error !== undefined) return <Problem text={error} instead={command('status', table, '--details')} />;
  if (!answer) return <p class="busy">Reading the reports …</p>;
  const { drills } = answer;
  if (drills.length === 0)
    return (
      <section class="step">
        <p>No drill has left a report. A drill restores the table into a scratch table, compares it, and removes it.</p>
        <Command text={command('drill', table)} />
      </section>
    );
  return (
    <section class="step" aria-label="Drills">
      <p>{summary(drills)}.</p>
      {drills.some(({ recoverySeconds }) => recoverySeconds !== null) && <Trend drills={drills} />}
      <table class="drills">
        <thead>
          <tr>
            {HEADINGS.map((heading) => (
              <th scope="col" key={heading}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {drills.map((drill, i) => (
            <tr key={`${drill.atMs} ${i}`}>
              {cellsOf(drill).map((cell, column) => (
                <td key={HEADINGS[column]} data-name={HEADINGS[column]}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const HEADINGS = ['When', 'Verdict', 'Restored', 'All of it back in', 'Target', 'Recovery point', 'Its target'];
const UNKNOWN = <span class="quiet">not known</span>;

function cellsOf(drill: Drill) {
  const { items, sample, restoreSeconds, recoverySeconds, isEstimated } = drill;
  const took = restoreSeconds === null ? '' : ` in ${duration(restoreSeconds)}`;
  return [
    clock(drill.atMs),
    <Verdict {...drill} />,
    <span>
      {items === null ? UNKNOWN : `${counted(items, 'item')}${took}`}
      {typeof sample === 'number' && <span class="quiet"> sampled</span>}
    </span>,
    recoverySeconds === null ? UNKNOWN : `${isEstimated ? 'about ' : ''}${duration(recoverySeconds)}`,
    <Target
      seconds={drill.recoveryTargetSeconds}
      is={recoverySeconds}
      isMissed={drill.isTooLate}
      {...{ isEstimated }}
    />,
    drill.recoveryPointSeconds === null ? UNKNOWN : duration(drill.recoveryPointSeconds),
    <Target seconds={drill.pointTargetSeconds} is={drill.recoveryPointSeconds} isMissed={drill.isTooOld} />,
  ];
}

function Verdict({ verdict, differences }: Drill) {
  if (verdict === null) return UNKNOWN;
  const isSame = verdict === 'same';
  return <b class={`state ${isSame ? 'ok' : 'problem'}`}>{isSame ? 'same' : `${differences ?? 'some'} different`}</b>;
}

interface TargetProps {
  readonly seconds: number | null;
  readonly is: number | null;
  readonly isMissed: boolean;
  readonly isEstimated?: boolean;
}

/** An estimate is no proof that a target is met or missed. */
function Target({ seconds, is, isMissed, isEstimated = false }: TargetProps) {
  if (seconds === null) return <span class="quiet">none</span>;
  const isOver = is !== null && is > seconds;
  const word = isMissed ? 'missed' : is === null ? 'not measured' : isOver ? 'over' : isEstimated ? '' : 'met';
  const verdict = isMissed ? 'problem' : isOver ? 'warning' : 'ok';
  return (
    <>
      {duration(seconds)}{' '}
      {word === 'not measured' ? (
        <span class="quiet">{word}</span>
      ) : (
        word !== '' && <b class={`state ${verdict}`}>{word}</b>
      )}
    </>
  );
}

function summary(drills: readonly Drill[]): string {
  const differing = drills.filter(({ verdict }) => verdict === 'differences').length;
  const unread = drills.filter(({ verdict }) => verdict === null).length;
  const missed = drills.filter(({ isTooLate, isTooOld }) => isTooLate || isTooOld).length;
  const hasTarget = drills.some((drill) => drill.recoveryTargetSeconds !== null || drill.pointTargetSeconds !== null);
  const verdicts = [
    ...(differing > 0 ? [`${count(differing)} with differences`] : []),
    ...(unread > 0 ? [`${count(unread)} of which nothing is known`] : []),
  ];
  const same = drills.length === 1 ? 'the same' : 'each the same';
  return [
    `${counted(drills.length, 'drill')}: ${verdicts.length === 0 ? same : verdicts.join(', ')}`,
    hasTarget ? (missed === 0 ? 'no target missed' : `${count(missed)} missed a target`) : 'no target is set',
  ].join('; ');
}

const [WIDTH, HEIGHT, TOP] = [1_000, 120, 12];

/** The oldest on the left; the line is the target. Words are in the table. */
function Trend({ drills }: { readonly drills: readonly Drill[] }) {
  const shown = drills.toReversed();
  const most = shown.reduce(
    (max, { recoverySeconds, recoveryTargetSeconds }) =>
      Math.max(max, recoverySeconds ?? 0, recoveryTargetSeconds ?? 0),
    1,
  );
  const each = WIDTH / Math.max(12, shown.length);
  const y = (seconds: number) => HEIGHT - (seconds / most) * (HEIGHT - TOP);
  return (
    <svg
      class="trend"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`How long all of it took to be back; the longest, or the target, ${duration(most)}`}
    >
      {shown.map(({ recoverySeconds, verdict, recoveryTargetSeconds: target, isTooLate }, i) => (
        <g key={i}>
          {recoverySeconds !== null && (
            <rect
              class={verdict === 'same' && !isTooLate ? 'writes' : 'deletes'}
              x={i * each + 2}
              width={each - 4}
              y={Math.min(HEIGHT - 3, y(recoverySeconds))}
              height={Math.max(3, HEIGHT - y(recoverySeconds))}
            />
          )}
          {target !== null && <line class="target" x1={i * each} x2={(i + 1) * each} y1={y(target)} y2={y(target)} />}
        </g>
      ))}
      <line class="axis" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
    </svg>
  );
}
