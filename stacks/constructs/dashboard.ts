import type { Metric } from '../../settings/metrics';
import { metricsOf, type AlarmSpec } from './alarmSpecs';

const WIDTH_OF_A_GRAPH = 8; // Of 24: three graphs a row.
const HEIGHT = 6;

/** A metric with the alarm that goes by it. */
interface Shown {
  readonly metric: Metric;
  readonly spec: AlarmSpec;
}

/** The body of a dashboard with one graph for each kind of metric, all tables in it, and the threshold as a line. */
export function dashboardBody(specs: readonly AlarmSpec[]): string {
  const all = specs.flatMap((spec) => metricsOf(spec).map((metric): Shown => ({ metric, spec })));
  const titles = [...new Set(all.map(({ metric }) => metric.metricName))];
  const widgets = titles.map((title, index) => {
    const shown = all.filter(({ metric }) => metric.metricName === title);
    return graph(title, shown, index);
  });
  return JSON.stringify({ widgets });
}

function graph(title: string, shown: readonly Shown[], index: number) {
  const ofMetric = shown.filter(({ spec, metric }) => spec.metric === metric); // A formula has a threshold of its own.
  const thresholds = new Set(ofMetric.map(({ spec }) => spec.threshold).filter((threshold) => threshold > 0));
  return {
    type: 'metric',
    x: (index % 3) * WIDTH_OF_A_GRAPH,
    y: Math.floor(index / 3) * HEIGHT,
    width: WIDTH_OF_A_GRAPH,
    height: HEIGHT,
    properties: {
      title,
      region: shown[0]?.metric.region, // One metric, and so one Region; it need not be the dashboard's.
      view: 'timeSeries',
      period: 60,
      metrics: shown.map(line),
      annotations: { horizontal: [...thresholds].map((value) => ({ value, label: 'alarm' })) },
    },
  };
}

/** One line of a graph, as CloudWatch writes it: namespace, metric, then dimension after dimension. */
function line({ metric, spec }: Shown) {
  const dimensions = Object.entries(metric.dimensions).flat();
  return [metric.namespace, metric.metricName, ...dimensions, { stat: metric.statistic, label: spec.id }];
}
