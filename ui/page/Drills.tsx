import type { DrillsAnswer } from '../answers';
import { Command } from './Copy';
import { Problem } from './Problem';
import { useAnswer } from './useAnswer';
import { clock } from './window';
import { count, counted, duration } from './words';

type Drill = DrillsAnswer['drills'][number];

/** Drills over time: how long a restore took, against what it may take, and whether it was the same. */
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
      <p>{summary(drills)}</p>
      <Trend drills={drills} />
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Verdict</th>
            <th scope="col" class="number">
              Items
            </th>
            <th scope="col" class="number">
              Restored in
            </th>
            <th scope="col" class="number">
              May take
            </th>
          </tr>
        </thead>
        <tbody>
          {drills.map((drill) => (
            <tr key={drill.atMs}>
              <td>{clock(drill.atMs)}</td>
              <td>
                <b class={`state ${drill.verdict === 'same' ? 'ok' : 'problem'}`}>
                  {drill.verdict === 'same' ? 'same' : `${drill.differences ?? 'some'} different`}
                </b>
              </td>
              <td class="number">
                {drill.items === null ? 'not known' : count(drill.items)}
                {drill.sample !== null && <span class="quiet"> sampled</span>}
              </td>
              <td class="number">
                {drill.restoreSeconds === null ? 'not known' : duration(drill.restoreSeconds)}
                {isLate(drill) && <b class="state problem"> late</b>}
              </td>
              <td class="number">{drill.targetSeconds === null ? 'no target' : duration(drill.targetSeconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function isLate({ restoreSeconds, targetSeconds }: Drill): boolean {
  return restoreSeconds !== null && targetSeconds !== null && restoreSeconds > targetSeconds;
}

function summary(drills: readonly Drill[]): string {
  const failed = drills.filter(({ verdict }) => verdict !== 'same').length;
  const late = drills.filter(isLate).length;
  const targets = drills.some(({ targetSeconds }) => targetSeconds !== null);
  return [
    `${counted(drills.length, 'drill')}: ${failed === 0 ? 'each the same' : `${count(failed)} with differences`}`,
    targets ? (late === 0 ? 'each within its target' : `${count(late)} later than its target`) : 'no target is set',
  ].join(', ');
}

const [WIDTH, HEIGHT, TOP] = [1_000, 120, 12];

/** The oldest on the left; the line is the target. Words are in the table. */
function Trend({ drills }: { readonly drills: readonly Drill[] }) {
  const shown = drills.toReversed();
  const most = shown.reduce((max, each) => Math.max(max, each.restoreSeconds ?? 0, each.targetSeconds ?? 0), 1);
  const each = WIDTH / Math.max(12, shown.length);
  const y = (seconds: number) => HEIGHT - (seconds / most) * (HEIGHT - TOP);
  return (
    <svg
      class="trend"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={summary(drills)}
    >
      {shown.map(({ restoreSeconds, verdict, targetSeconds, atMs }, i) => (
        <g key={atMs}>
          {restoreSeconds !== null && (
            <rect
              class={verdict === 'same' ? 'writes' : 'deletes'}
              x={i * each + 2}
              width={each - 4}
              y={Math.min(HEIGHT - 3, y(restoreSeconds))}
              height={Math.max(3, HEIGHT - y(restoreSeconds))}
            />
          )}
          {targetSeconds !== null && (
            <line class="target" x1={i * each} x2={(i + 1) * each} y1={y(targetSeconds)} y2={y(targetSeconds)} />
          )}
        </g>
      ))}
      <line class="axis" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
    </svg>
  );
}
