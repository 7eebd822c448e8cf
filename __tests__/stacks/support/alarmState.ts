import { evaluate, type Series } from './metricMath';

/** What was published, a value a minute, by the name of the metric. What is not there was never published. */
export type Recorded = Readonly<Record<string, Series>>;
export type State = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface MetricArguments {
  readonly metric_name: string;
  readonly period: number;
  readonly statistic?: string;
  readonly stat?: string;
}

/** CloudWatch looks at some periods more than it evaluates, for those without a value; the guide shows two. */
const MORE_PERIODS = 2;

/** The states of an alarm of the stack, one for each of its periods, as the CloudWatch user guide tells (AlarmThatSendsEmail). */
export function statesOf(alarm: Record<string, unknown>, recorded: Recorded): State[] {
  const values = seriesOf(alarm, recorded);
  let state: State = 'INSUFFICIENT_DATA';
  return values.map((_, index) => (state = nextState(alarm, values.slice(0, index + 1), state)));
}

function seriesOf(alarm: Record<string, unknown>, recorded: Recorded): Series {
  const queries = alarm.metric_query as { id: string; expression?: string; metric?: MetricArguments }[] | undefined;
  if (!queries) return aggregated(alarm as unknown as MetricArguments, recorded);
  const result = queries.find(({ expression }) => expression !== undefined);
  const metrics = queries.flatMap(({ id, metric }) => (metric ? [[id, aggregated(metric, recorded)] as const] : []));
  return evaluate(result?.expression ?? '', Object.fromEntries(metrics));
}

/** Minutes become periods; a period without any value has none. */
function aggregated({ metric_name, period, statistic, stat }: MetricArguments, recorded: Recorded): Series {
  const minutes = Math.max(...Object.values(recorded).map(({ length }) => length));
  const series = recorded[metric_name] ?? [];
  const perPeriod = period / 60;
  return Array.from({ length: Math.floor(minutes / perPeriod) }, (_, index) => {
    const within = series.slice(index * perPeriod, (index + 1) * perPeriod).filter((value) => value !== undefined);
    if (within.length === 0) return undefined;
    const isSum = (statistic ?? stat) === 'Sum';
    return isSum ? within.reduce((sum, value) => sum + value, 0) : Math.max(...within);
  });
}

function nextState(alarm: Record<string, unknown>, until: Series, before: State): State {
  const of = alarm.evaluation_periods as number;
  const real = until.slice(-of - MORE_PERIODS).filter((value) => value !== undefined);
  const threshold = alarm.threshold as number;
  const isBeyond = (value: number) =>
    alarm.comparison_operator === 'LessThanThreshold' ? value < threshold : value > threshold;
  const judged = real.slice(-of).map(isBeyond);
  const absent = of - judged.length;
  if (absent > 0 && alarm.treat_missing_data === 'ignore') return before;
  const filled = [...judged, ...Array<boolean>(absent).fill(alarm.treat_missing_data === 'breaching')];
  return filled.filter((each) => each).length >= (alarm.datapoints_to_alarm as number) ? 'ALARM' : 'OK';
}
