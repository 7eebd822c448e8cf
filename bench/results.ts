import type { Bench, Contender, Figures, Target, Workload } from './workload';

/** What a workload came to: the medians of its rounds. */
export interface Result {
  readonly workload: string;
  readonly items: number;
  readonly rounds: number;
  readonly contenders: readonly { readonly name: string; readonly figures: Figures }[];
  readonly targets: readonly Judged[];
}

export interface Judged extends Target {
  readonly of: string;
  readonly value: number;
  readonly isMet: boolean;
}

export interface Plan {
  readonly rounds: number;
  readonly items?: number;
  /** Without the peers that bench/package.json installs. */
  readonly isOwnOnly: boolean;
  readonly say: (text: string) => void;
}

export function contendersOf({ contenders }: Workload, { isOwnOnly }: Pick<Plan, 'isOwnOnly'>): readonly Contender[] {
  return contenders.filter(({ isInstalled }) => !isOwnOnly || !isInstalled);
}

/** Interleaved rounds (A B C A B C): what else the machine does falls on all of them. */
export async function runWorkload(bench: Bench, workload: Workload, plan: Plan): Promise<Result> {
  const contenders = contendersOf(workload, plan);
  const items = plan.items ?? workload.items;
  const runs = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const contender of contenders) {
      const figures = await workload.run(bench, contender, items);
      runs.get(contender.name)?.push(figures);
      const told = workload.figures.map((figure) => `${figure} ${shown(figures[figure])}`).join(', ');
      plan.say(`${workload.name}, round ${round} of ${plan.rounds}: ${contender.name}: ${told}`);
    }
  }
  const medians = [...runs].map(([name, figures]) => ({ name, figures: mediansOf(workload.figures, figures) }));
  return {
    workload: workload.name,
    items,
    rounds: plan.rounds,
    contenders: medians,
    targets: workload.targets.flatMap((target) => judged(target, medians)),
  };
}

function mediansOf(names: readonly string[], runs: readonly Figures[]): Figures {
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name] ?? NaN))]));
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const [low = NaN, high = NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}

/** Nothing for a target whose peer was left out. */
function judged(target: Target, contenders: Result['contenders']): Judged[] {
  const of = target.of ?? contenders[0]?.name ?? '';
  const figure = (name: string) => contenders.find((contender) => contender.name === name)?.figures[target.figure];
  const [own, peers] = [figure(of), target.peer === undefined ? 1 : figure(target.peer)];
  if (own === undefined || peers === undefined) return [];
  const value = own / peers;
  const { atLeast = -Infinity, atMost = Infinity } = target;
  return [{ ...target, of, value, isMet: value >= atLeast && value <= atMost }];
}

/** A number with as many digits as mean something. */
export function shown(value = NaN): string {
  return value.toLocaleString('en', {
    maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2,
  });
}
