import { UsageError } from '../core/errors';
import { EXIT, type ExitCode } from '../cli/exitCodes';
import { openBench } from './bench';
import { installPeers } from './bundles';
import { machine } from './machine';
import { readOptions, usage, type BenchOptions } from './options';
import { printPage } from './page';
import { contendersOf, runWorkload, type Result } from './results';
import { aligned, ofRounds, resultTable, targetLine } from './tables';

async function main(args: readonly string[]): Promise<ExitCode> {
  const options = readOptions(args);
  if (!options) {
    console.log(usage());
    return EXIT.done;
  }
  const results = await run(options);
  if (options.json) console.log(JSON.stringify({ machine: machine(), results }));
  if (options.page) printPage(results);
  const isMissed = results.some(({ targets }) => targets.some(({ isMet }) => !isMet));
  return options.check && isMissed ? EXIT.differences : EXIT.done;
}

async function run(options: BenchOptions): Promise<Result[]> {
  const contenders = options.workloads.flatMap((workload) => contendersOf(workload, options));
  if (contenders.some(({ isInstalled }) => isInstalled)) installPeers();
  const making = options.workloads.flatMap(({ madeBy = [] }) => madeBy);
  const files = [...new Set([...contenders.map(({ file }) => file), ...making])];
  const bench = await openBench(files);
  const results: Result[] = [];
  try {
    for (const workload of options.workloads) {
      const result = await runWorkload(bench, workload, { ...options, say: (text) => console.error(text) });
      results.push(result);
      if (!options.json) tell(workload.title, resultTable(workload, result), result);
    }
  } finally {
    bench.close();
  }
  return results;
}

function tell(title: string, table: string[][], { items, rounds, targets }: Result): void {
  const lines = [`${title} (${items.toLocaleString('en')} items, ${ofRounds(rounds)})`, '', aligned(table), ''];
  console.log(['', ...lines, ...targets.map((target) => `  ${targetLine(target)}`)].join('\n'));
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
  },
);
