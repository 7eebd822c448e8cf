import { figuresOf, workloadOf, type Figures } from '../../operations/costs/figures';
import { keepingOf, regionsOf } from '../../operations/costs/keeping';
import { tableLooks, versionsIn } from '../../operations/costs/tableLooks';
import type { Workload } from '../../operations/costs/workload';
import { connectToLook, type CommandContext } from '../context';
import { withImageSource } from '../copyOption';
import type { FigureOptions } from './options';

export interface KnownTable {
  readonly figures: Figures;
  readonly workload: Workload;
}

/** Asks AWS for the figures that no option gives. Nothing is asked, and no account needed, where enough are given. */
export async function knownFigures(
  tableName: string,
  { given, countVersions }: FigureOptions,
  context: CommandContext,
): Promise<KnownTable> {
  const { settings, sides } = context;
  const keeping = keepingOf(settings, tableName);
  const figures = await figuresOf(given, keeping, await looksFor(tableName, given, countVersions, context));
  const regions = regionsOf({
    source: settings.source?.region ?? sides.source.region,
    destination: settings.destination?.region ?? sides.destination.region,
  });
  return { figures, workload: workloadOf(figures, regions, keeping) };
}

async function looksFor(
  tableName: string,
  { items, itemBytes, changesPerSecond }: FigureOptions['given'],
  countVersions: boolean,
  context: CommandContext,
) {
  const isGiven = items !== undefined && itemBytes !== undefined && changesPerSecond !== undefined;
  if (isGiven && !countVersions) return undefined;
  const { signal, settings } = context;
  const { nowMs } = await context.serviceClock('source');
  const looks = tableLooks(tableName, connectToLook(context, 'source'), { nowMs, signal });
  if (!countVersions) return looks;
  const progress = context.output.progress('listed objects');
  const versions = () =>
    withImageSource({ in: 'destination' }, context, (source) =>
      versionsIn(source, { prefix: settings.prefix, tableName }, { signal, onObject: () => progress.add(1) }),
    ).finally(() => progress.end());
  return { ...looks, versions };
}
