import type { Workload } from '../../operations/costs/workload';
import type { Work } from '../../operations/costs/work/work';
import type { CommandContext } from '../context';
import type { CopyChoice } from '../copyOption';
import { EXIT, type ExitCode } from '../exitCodes';
import { knownFigures } from './figures';
import type { FigureOptions } from './options';
import { reportFigures, reportWork } from './reporting';

/** Says what a piece of work would cost, and does nothing. */
export async function runEstimate(
  tableName: string,
  options: FigureOptions,
  context: CommandContext,
  workOf: (workload: Workload) => Work | Promise<Work>,
): Promise<ExitCode> {
  const known = await knownFigures(tableName, options, context);
  const work = await workOf(known.workload);
  reportFigures(context.output, known);
  reportWork(context.output, [work], { priceRegion: options.priceRegion, isExplained: true });
  return EXIT.done;
}

/** The Region of the copy that is read (undefined: a folder), and of the table that is written. */
export function copyAndTarget(
  { copy, target }: { readonly copy: CopyChoice; readonly target: 'source' | 'destination' },
  { sides }: Pick<CommandContext, 'sides'>,
  { sourceRegion, destinationRegion }: Workload,
): { copyRegion?: string; targetRegion: string } {
  const regions = { source: sourceRegion, destination: destinationRegion };
  return {
    ...(copy.in !== 'folder' && { copyRegion: regions[copy.in] }),
    targetRegion: sides.target.region ?? regions[target],
  };
}
