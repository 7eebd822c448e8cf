import type { Settings } from '../../settings/schema';
import type { AlarmSpec } from './alarmSpecs';

const WIDTH_OF_A_GRAPH = 8; // Of 24: three graphs a row.
const HEIGHT = 6;

/** The body of a dashboard with one graph for each kind of metric, all tables in it, and the threshold as a line. */
export function dashboardBody(settings: Settings, specs: readonly AlarmSpec[]): string {
  const titles = [...new Set(specs.map(({ metric }) => metric.name))];
  const widgets = titles.map((title, index) => {
    const shown = specs.filter(({ metric }) => metric.name === title);
    return graph(settings.source.region, title, shown, index);
  });
  return JSON.stringify({ widgets });
}

function graph(region: string, title: string, specs: readonly AlarmSpec[], index: number) {
  const thresholds = new Set(specs.map(({ threshold }) => threshold).filter((threshold) => threshold > 0));
  return {
    type: 'metric',
    x: (index % 3) * WIDTH_OF_A_GRAPH,
    y: Math.floor(index / 3) * HEIGHT,
    width: WIDTH_OF_A_GRAPH,
    height: HEIGHT,
    properties: {
      title,
      region,
      view: 'timeSeries',
      period: 60,
      metrics: specs.map(line),
      annotations: { horizontal: [...thresholds].map((value) => ({ value, label: 'alarm' })) },
    },
  };
}

/** One line of a graph, as CloudWatch writes it: namespace, metric, then dimension after dimension. */
function line({ id, metric }: AlarmSpec) {
  const dimensions = Object.entries(metric.dimensions).flat();
  return [metric.namespace, metric.name, ...dimensions, { stat: metric.statistic, label: id }];
}
