import type { Output } from '../output/output';
import { noProgress, type Progress } from '../output/progress';
import { asOfWords, bytes, count, counted, duration, utc } from '../../core/units';
import type { DrillWatch, Stage } from '../../operations/drill/drillTable';
import type { DrillOptions } from './options';
import type { Measure } from '../../operations/drill/aims';
import type { DrillReport } from '../../operations/drill/report';
import type { DrillOrder, PerformedDrill } from '../../operations/drill/performDrill';

/** Where a report was put. */
export interface KeptReport {
  readonly files: { readonly json: string; readonly html: string };
  readonly bucket: string;
  /** Object keys. */
  readonly keys: { readonly json: string; readonly html: string; readonly index?: string };
  readonly sha256: string;
}

export function introduce(output: Output, { sampleItemCount }: DrillOptions, order: DrillOrder): void {
  const what = sampleItemCount === undefined ? 'all items' : `${counted(sampleItemCount, 'object')} at random`;
  const compared = 'name' in order.live ? `compared with ${order.live.name}` : 'compared with the plan alone';
  output.say(
    `Drilling ${order.table.tableName} ${asOfWords(order.momentMs)} from ${order.source.name}: ${what}, ${compared}.`,
  );
}

const LABELS: Readonly<Record<Stage, string>> = {
  draw: 'listed objects',
  create: 'making the scratch table',
  restore: 'restored items',
  check: 'read again',
  compare: 'compared with the live table',
  remove: 'removing the scratch table',
};

/** Shows each stage as it goes on. */
export function watchDrill(output: Output): DrillWatch & { end: () => void } {
  let progress: Progress = noProgress;
  const end = () => progress.end();
  return {
    onStage(stage) {
      end();
      if (stage === 'create') output.say('Making the scratch table.');
      if (stage === 'remove') output.say('Removing the scratch table.');
      progress = output.progress(LABELS[stage]);
    },
    onItem: () => progress.add(1),
    onWaiting: (items) =>
      output.say(`${counted(items, 'item differs', 'items differ')} so far; looking again for images on their way.`),
    onProblem: (problem) => output.say(problem),
    end,
  };
}

/** The last word: what differs, the verdict, the time, and where the report is. */
export function reportDrill(output: Output, { report }: PerformedDrill, kept: KeptReport): void {
  for (const difference of report.listedDifferences) {
    const { objectKey, kind, reason } = difference;
    output.result({ type: 'difference', ...difference }, `${objectKey}  ${kind}: ${reason}`);
  }
  const { listedDifferences, ...record } = report;
  const { good, bad, doubtful } = output.colours;
  const { counts, items, restoreSeconds, itemsPerSecond, differences } = report;
  const unlisted = differences - listedDifferences.length;
  const compared =
    report.comparedWith === 'plan'
      ? [doubtful('Compared with the plan alone, not with the live table')]
      : [
          `Compared ${counted(counts.compared, 'item')} with the live table: ${count(counts.changedAfter)} changed since, ${count(counts.late)} came to the copy during the drill`,
        ];
  const lines = [
    differences === 0
      ? good('Same: what was restored is what it should be')
      : bad(
          `${counted(differences, 'item differs', 'items differ')}; listed above${unlisted > 0 ? `, but for ${count(unlisted)}` : ''}`,
        ),
    `Restored ${counted(items, 'item')} (${bytes(report.bytes)}) in ${duration(restoreSeconds * 1_000)}, ${count(itemsPerSecond)} a second`,
    ...compared,
    ...recoveryPointLines(report),
    ...(counts.archived > 0 ? [doubtful(`Left out, as their images are archived: ${count(counts.archived)}`)] : []),
    ...targetLines(output, report),
    `Report: ${kept.files.html} and s3://${kept.bucket}/${kept.keys.html}`,
    ...(kept.keys.index === undefined ? [] : [`All drills: s3://${kept.bucket}/${kept.keys.index}`]),
  ];
  output.result(
    { ...record, reports: { bucket: kept.bucket, ...kept.keys }, files: kept.files, sha256: kept.sha256 },
    lines.join('\n'),
  );
}

function targetLines({ colours: { good, bad, doubtful } }: Output, report: DrillReport): string[] {
  const { recoveryTime: time, recoveryPointTarget: point } = report;
  const against = (what: string, { targetSeconds, isMet }: Pick<Measure, 'targetSeconds' | 'isMet'>, mark = bad) => {
    if (targetSeconds === null) return [];
    const words = `${what}: target ${duration(targetSeconds * 1_000)}`;
    if (isMet === null) return [doubtful(`${words}, not measured`)];
    return [isMet ? good(`${words}, met`) : mark(`${words}, missed`)];
  };
  const estimate = time?.isEstimated ? `, about ${duration(time.seconds * 1_000)} for all items by this sample` : '';
  return [
    ...(time ? against(`Recovery time${estimate}`, time, time.isEstimated ? doubtful : bad) : []),
    ...(point ? against('Recovery point', point) : []),
  ];
}

function recoveryPointLines({ recoveryPoint }: DrillReport): string[] {
  if (!recoveryPoint) return [];
  if ('unknown' in recoveryPoint) return [`Recovery point: not measured, ${recoveryPoint.unknown}`];
  const { at, ageSeconds } = recoveryPoint;
  return [`Recovery point: ${utc(Date.parse(at))}, ${duration(ageSeconds * 1_000)} before the drill began`];
}
