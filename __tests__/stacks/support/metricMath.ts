/*
 * The part of CloudWatch's metric math that the alarms use (CloudWatch user guide, using-metric-math): numbers, metrics by their
 * ids, IF, FILL with a number, comparisons, AND. A point of an operation is missing where one of its operands is.
 */

/** A value for each period; undefined where there is none. */
export type Series = readonly (number | undefined)[];
type Value = number | Series;

const BINARY: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { AND: (a, b) => Number(a !== 0 && b !== 0) },
  { '==': (a, b) => Number(a === b), '>': (a, b) => Number(a > b), '<': (a, b) => Number(a < b) },
];

export function evaluate(expression: string, metrics: Readonly<Record<string, Series>>): Series {
  const tokens = expression.match(/[A-Za-z_]\w*|\d+(\.\d+)?|==|[><(),]|\S/g) ?? [];
  const length = Object.values(metrics)[0]?.length ?? 0;
  let at = 0;
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token !== expected))
      throw new Error(`${expression}: ${expected ?? 'more'} expected, not ${token ?? 'its end'}`);
    return token;
  };
  const spread = (value: Value): Series => (typeof value === 'number' ? Array<number>(length).fill(value) : value);

  const binary = (level: number): Value => {
    const operators = BINARY[level];
    if (!operators) return operand();
    let left = binary(level + 1);
    for (let operator = operators[tokens[at] ?? '']; operator; operator = operators[tokens[at] ?? '']) {
      take();
      const [a, b, apply] = [spread(left), spread(binary(level + 1)), operator];
      left = a.map((each, index) => {
        const other = b[index];
        return each === undefined || other === undefined ? undefined : apply(each, other);
      });
    }
    return left;
  };
  const operand = (): Value => {
    const token = take();
    if (/^\d/.test(token)) return Number(token);
    if (token === '(') {
      const inner = binary(0);
      take(')');
      return inner;
    }
    if (tokens[at] === '(') return call(token);
    const series = metrics[token];
    if (!series) throw new Error(`${expression}: ${token} is neither a metric nor a function that is known here`);
    return series;
  };
  const call = (name: string): Value => {
    take('(');
    const values = [spread(binary(0))];
    while (tokens[at] === ',') {
      take();
      values.push(spread(binary(0)));
    }
    take(')');
    const [first = [], second = [], third = []] = values;
    if (name === 'FILL') return first.map((each, index) => each ?? second[index]);
    if (name === 'IF')
      return first.map((each, index) => (each === undefined ? undefined : each !== 0 ? second[index] : third[index]));
    throw new Error(`${expression}: ${name} is not known here`);
  };

  const result = binary(0);
  if (at < tokens.length) throw new Error(`${expression}: ${tokens[at] ?? ''} is not known here`);
  return spread(result);
}
