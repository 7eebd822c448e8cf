import { readFileSync } from 'node:fs';
import path from 'node:path';
import { marks, withResult, withSummary } from '../../bench/page';
import { runWorkload, type Result } from '../../bench/results';
import { readOptions } from '../../bench/options';
import { UsageError } from '../../core/errors';
import { aligned, markdown, resultTable, targetLine } from '../../bench/tables';
import type { Bench, Figures, Workload } from '../../bench/workload';
import { WORKLOADS } from '../../bench/workloads';

const page = readFileSync(path.resolve(__dirname, '../../docs/performance.md'), 'utf8');
const [capture] = WORKLOADS;

/** A workload whose runs come to these figures, round by round. */
function workloadOf(runs: Readonly<Record<string, Figures[]>>, targets: Workload['targets']): Workload {
  const contenders = Object.keys(runs).map((name) => ({ name, file: name, isInstalled: name === 'installed' }));
  return {
    ...{ name: 'capture', title: '', about: '', items: 10, figures: ['speed'], contenders, targets },
    run: (_, { name }) => Promise.resolve(runs[name]!.shift()!),
  };
}
const run = (workload: Workload, isOwnOnly = false, said: string[] = []) =>
  runWorkload({} as Bench, workload, { rounds: 3, isOwnOnly, say: (text) => said.push(text) });
const speeds = (...values: number[]) => values.map((speed) => ({ speed }));

describe('results', () => {
  test('are the medians of rounds in which all take their turn', async () => {
    const said: string[] = [];
    const result = await run(workloadOf({ dcs: speeds(90, 10, 70), v3: speeds(1, 3, 2) }, []), false, said);
    expect(result.contenders).toEqual([
      { name: 'dcs', figures: { speed: 70 } },
      { name: 'v3', figures: { speed: 2 } },
    ]);
    expect(said.map((text) => /: (\w+):/.exec(text)?.[1])).toEqual(['dcs', 'v3', 'dcs', 'v3', 'dcs', 'v3']);
  });

  test.each([
    [{ peer: 'v3', atLeast: 7 }, 7, true],
    [{ peer: 'v3', atLeast: 7.1 }, 7, false],
    [{ peer: 'v3', atMost: 7 }, 7, true],
    [{ peer: 'v3', atMost: 6.9 }, 7, false],
    [{ atMost: 70 }, 70, true],
    [{ atMost: 69 }, 70, false],
    [{ of: 'v3', atLeast: 11 }, 10, false],
  ])('tell whether the target %j is met', async (target, value, isMet) => {
    const runs = { dcs: speeds(70, 70, 70), v3: speeds(10, 10, 10) };
    const { targets } = await run(workloadOf(runs, [{ figure: 'speed', ...target }]));
    expect(targets).toMatchObject([{ value, isMet }]);
    expect(targets.map(targetLine)).toEqual([
      expect.stringMatching(isMet ? /^met: .*; target at/ : /^missed: .*; target at/),
    ]);
  });

  test('of a peer that was left out judge nothing', async () => {
    const runs = { dcs: speeds(1, 1, 1), installed: [] };
    const result = await run(workloadOf(runs, [{ figure: 'speed', peer: 'installed', atLeast: 1 }]), true);
    expect(result).toMatchObject({ contenders: [{ name: 'dcs' }], targets: [] });
  });

  test('have the ratio beside each peer', async () => {
    const workload = workloadOf({ dcs: speeds(70, 70, 70), v3: speeds(10, 10, 10) }, []);
    const table = resultTable(workload, await run(workload));
    expect(table).toEqual([
      ['', 'speed'],
      ['dcs', '70'],
      ['v3', '10 (7 ×)'],
    ]);
    expect(aligned(table)).toBe('        speed\ndcs        70\nv3   10 (7 ×)');
    expect(markdown(table)).toBe('|  | speed |\n|---|---:|\n| dcs | 70 |\n| v3 | 10 (7 ×) |');
  });
});

describe('options', () => {
  test('name workloads, and all of them when none is named', () => {
    expect(readOptions([])?.workloads).toEqual(WORKLOADS);
    expect(readOptions(['restore', 'capture', '--rounds', '5'])?.workloads.map(({ name }) => name)).toEqual([
      'capture',
      'restore',
    ]);
  });

  test.each([
    ['captur', /captur is no workload; did you mean capture\?/],
    ['--item 5', /--item is no option here; did you mean --items\?/],
    ['--items 0', /--items is "0"; write a whole number from 1 /],
    ['--rounds few', /--rounds is "few"; write a whole number from 1 to 100/],
    ['captur --rounds few', /captur is no workload(.|\n)*--rounds is "few"/],
    ['--page --own-only', /--page and --own-only contradict each other/],
  ])('refuse %s', (args, message) => {
    const read = () => readOptions(args.split(' '));
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});

describe('docs/performance.md', () => {
  test.each(WORKLOADS.map((workload) => [workload.name, workload] as const))(
    'has %s as it is defined',
    (name, workload) => {
      const [begin, end] = marks(name);
      const section = page.slice(page.indexOf(begin), page.indexOf(end));
      expect(section).toContain(workload.about);
      const named = [...section.matchAll(/^\| ([^|-][^|]*) \| [\d,.]/gm)].map(([, contender]) => contender);
      expect(named).toEqual(workload.contenders.map((contender) => contender.name));
      const targets = workload.targets.map((target) => ({ of: 'dcs', value: 0, isMet: true, ...target }));
      const limits = targets.map((target) => targetLine(target).split('; ')[1]);
      expect([...section.matchAll(/^- \*\*(?:met|missed)\*\*: .*; (target .*)$/gm)].map(([, limit]) => limit)).toEqual(
        limits,
      );
    },
  );

  test('sums up what its sections say', () => {
    expect(withSummary(page)).toBe(page);
    const targets = WORKLOADS.flatMap((workload) => workload.targets);
    expect(page).toMatch(new RegExp(`\\n\\d+ of ${targets.length} targets are met\\.\\n`));
  });

  test('is printed anew section by section', () => {
    const result: Result = { workload: capture!.name, items: 7, rounds: 2, contenders: [], targets: [] };
    const printed = withResult(page, result);
    expect(printed).toContain('\n7 items, medians of 2 rounds; Node.js ');
    const [begin, end] = marks(capture!.name);
    expect(printed.slice(printed.indexOf(end))).toBe(page.slice(page.indexOf(end)));
    expect(printed.slice(0, printed.indexOf(begin))).toBe(page.slice(0, page.indexOf(begin)));
    expect(() => withResult('', result)).toThrow('docs/performance.md has lost the lines');
  });
});
