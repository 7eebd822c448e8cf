import type { CommandContext } from '../../cli/context';
import { stateTimeOf } from '../../cli/moments';
import type { ExitCode } from '../../cli/exitCodes';
import type { OutputRecord } from '../../cli/output/output';
import { commonMoment, forEachTable, readTables } from '../../cli/severalTables';
import { parseMoment, type Moment } from '../../core/commandLine/moment';
import { OptionReader } from '../../core/commandLine/optionReader';
import { CouldNotLookError, RefusedError } from '../../core/errors';

function contextOf() {
  const records: OutputRecord[] = [];
  const said: string[] = [];
  const interruption = new AbortController();
  const context = {
    settings: {
      file: { path: 'dcs.config.json' },
      tables: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      formerTables: [],
    },
    signal: interruption.signal,
    serviceClock: () => Promise.resolve({ nowMs: () => Date.UTC(2026, 0, 5, 12), machineAheadMs: 0 }),
    output: {
      colours: { good: String, bad: String },
      result: (record: OutputRecord) => void records.push(record),
      say: (text: string) => void said.push(text),
      fail: (text: string) => void said.push(text),
    },
  } as unknown as CommandContext;
  return { context, records, said, interruption };
}

describe('a command for several tables', () => {
  test.each<[string, (ExitCode | Error)[], ExitCode, ExitCode[]]>([
    ['all done', [0, 0, 0], 0, [0, 0, 0]],
    ['differences in one', [0, 3, 0], 3, [0, 3, 0]],
    ['one refused, one with differences', [3, new RefusedError('no'), 0], 5, [3, 5, 0]],
    ['one that cannot be looked at', [new CouldNotLookError('gone'), new RefusedError('no'), 3], 4, [4, 5, 3]],
    ['a defect', [0, new Error('broken'), 4], 1, [0, 1, 4]],
  ])('%s: each has its turn, and the worst exit code counts', async (_, outcomes, expected, codes) => {
    const { context, records } = contextOf();
    const asked: string[] = [];
    const code = await forEachTable({ tableNames: [] }, context, (table) => {
      const outcome = outcomes[asked.push(table) - 1]!;
      return typeof outcome === 'number' ? Promise.resolve(outcome) : Promise.reject(outcome);
    });
    expect([code, asked]).toEqual([expected, ['a', 'b', 'c']]);
    const tables = ['a', 'b', 'c'].map((table, i) => ({ table, exitCode: codes[i] }));
    expect(records.at(-1)).toEqual({ type: 'tables', tables, exitCode: expected });
    expect(records.filter(({ type }) => type === 'error').every(({ table }) => typeof table === 'string')).toBe(true);
  });

  test('each record names its table, and what names another one stays as it is', async () => {
    const { context, records } = contextOf();
    await forEachTable({ tableNames: ['b'] }, context, (_, { output }) => {
      output.result({ type: 'left', objectKey: 'k' });
      output.result({ type: 'restore', table: 'users' });
      return Promise.resolve(0);
    });
    expect(records).toEqual([
      { type: 'left', objectKey: 'k', table: 'b' },
      { type: 'restore', table: 'users' },
    ]);
  });

  test('a misspelt name is told before any table has its turn, with the others that are wrong', async () => {
    const { context } = contextOf();
    const asked: string[] = [];
    const all = forEachTable({ tableNames: ['a', 'nope', 'neither'] }, context, (table) => {
      asked.push(table);
      return Promise.resolve(0);
    });
    await expect(all).rejects.toThrow(/^nope is no table of the settings.*\nneither is no table of the settings/);
    expect(asked).toEqual([]);
  });

  test('Ctrl-C ends all of it', async () => {
    const { context, interruption } = contextOf();
    const asked: string[] = [];
    const code = await forEachTable({ tableNames: ['a', 'b'] }, context, (table) => {
      asked.push(table);
      interruption.abort(new Error('stopped'));
      return Promise.reject(new Error('any'));
    });
    expect([code, asked]).toEqual([130, ['a']]);
  });

  test('of one table alone an error is thrown on, and its moment is left as it was given', async () => {
    const { context } = contextOf();
    const one = { tableNames: ['a'] };
    await expect(forEachTable(one, context, () => Promise.reject(new RefusedError('no')))).rejects.toThrow('no');
    const ago = { text: '1 hour ago', agoMs: 3_600_000 };
    expect(await commonMoment(one, 'as-of', ago, { in: 'destination' }, context)).toBe(ago);
  });

  test('several have one moment: as long ago as was said when it began, or when it began', async () => {
    const { context, said } = contextOf();
    const two = { tableNames: ['a', 'b'] };
    const at = (given?: Parameters<typeof commonMoment>[2], folder?: string) =>
      commonMoment(two, 'as-of', given, folder ? { in: 'folder', folder } : { in: 'destination' }, context);
    expect(await at({ text: '1 hour ago', agoMs: 3_600_000 })).toMatchObject({ atMs: Date.UTC(2026, 0, 5, 11) });
    expect(await at()).toMatchObject({ atMs: Date.UTC(2026, 0, 5, 12) });
    expect(said.join('\n')).toContain('--as-of 2026-01-05T11:00:00.000Z');
    expect(await at(undefined, '/copy')).toBeUndefined();
    expect(said).toHaveLength(2);
    // Each table's turn takes it as it was said, and says nothing of it again.
    const moment = (await at())!;
    expect(await stateTimeOf('as-of', moment, { in: 'destination' }, context)).toBe(Date.UTC(2026, 0, 5, 12));
    expect([moment.text, said.length]).toEqual(['2026-01-05T12:00:00.000Z', 3]);
  });

  test('of several, too, the time of a day is all of its second', async () => {
    const { context } = contextOf();
    const given = parseMoment('yesterday 14:05') as Moment;
    for (const tableNames of [['a'], ['a', 'b']]) {
      const moment = await commonMoment({ tableNames }, 'as-of', given, { in: 'destination' }, context);
      const state = await stateTimeOf('as-of', moment!, { in: 'destination' }, context);
      expect(state).toBe(Date.UTC(2026, 0, 4, 14, 5, 0, 999));
    }
  });

  test.each<[string, string[], Record<string, string>, string[], string]>([
    ['no table', [], {}, [], 'TABLE is missing; name one table or several'],
    ['all and one', ['a'], {}, ['all'], '--all and a contradict each other'],
    ['what is of one table', ['a', 'b'], { plan: 'f' }, [], '--plan is for one table'],
  ])('%s is a problem', (_, positionals, values, flags, problem) => {
    const given = new OptionReader({
      ...{ positionals, problems: [], notices: [], flags: new Set(flags) },
      values: new Map(Object.entries(values).map(([name, value]) => [name, [value]])),
    });
    readTables(given, ['plan']);
    expect(() => given.throwIfWrong()).toThrow(problem);
  });
});
