import type { AlarmSpec } from './alarmSpecs';

const WIDTH_OF_A_GRAPH = 8; // Of 24: three graphs a row.
const HEIGHT = 6;

/** The body of a dashboard with one graph for each kind of metric, all tables in it, and the threshold as a line. */
export function dashboardBody(specs: readonly AlarmSpec[]): string {
  const titles = [...new Set(specs.map(({ metric }) => metric.metricName))];
  const widgets = titles.map((title, index) => {
    const shown = specs.filter(({ metric }) => metric.metricName === title);
    return graph(title, shown, index);
  });
  return JSON.stringify({ widgets });
}

function graph(title: string, specs: readonly AlarmSpec[], index: number) {
  const thresholds = new Set(specs.map(({ threshold }) => threshold).filter((threshold) => threshold > 0));
  return {
    type: 'metric',
    x: (index % 3) * WIDTH_OF_A_GRAPH,
    y: Math.floor(index / 3) * HEIGHT,
    width: WIDTH_OF_A_GRAPH,
    height: HEIGHT,
    properties: {
      title,
      region: specs[0]?.metric.region, // One metric, and so one Region; it need not be the dashboard's.
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
  return [metric.namespace, metric.metricName, ...dimensions, { stat: metric.statistic, label: id }];
}
