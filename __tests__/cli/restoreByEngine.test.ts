import { OptionReader } from '../../core/commandLine/optionReader';
import { parseCommandLine } from '../../core/commandLine/parse';
import { ESTIMATE_OPTIONS } from '../../cli/costs/options';
import { ofNoUse, requireEngine, USE_OF_OPTIONS, whyWritten } from '../../cli/restore/distributed';
import { mayOutgrow } from '../../cli/restore/auto';
import type { CommandContext } from '../../cli/context';
import { readRestoreOptions, RESTORE_OPTIONS } from '../../cli/restore/options';

const VALUES: Readonly<Record<string, string>> = {
  ...{
    into: 'users-2',
    target: 'source',
    copy: 'source',
    'time-to-live': 'on',
    'thaw-days': '3',
    'thaw-tier': 'bulk',
    where: 'a==b',
  },
  ...{ 'as-of': '90m', 'ignore-stored-after': '1h', key: '{"id":"a"}', 'write-rate': '5', 'price-region': 'eu-west-1' },
  ...{ 'target-region': 'eu-west-1', 'target-endpoint': 'http://localhost:1' },
};
/** What an option means nothing without. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  ...{ 'allow-empty': ['--mirror'], plan: ['--dry-run'] },
};
/** Beside the distributed engine somebody has to wait. */
const THAWING: Readonly<Record<string, readonly string[]>> = {
  ...{ thaw: ['--follow'], 'thaw-tier': ['--thaw', '--follow'], 'thaw-days': ['--thaw', '--follow'] },
};

function optionsOf(args: readonly string[]) {
  const given = new OptionReader({ ...parseCommandLine(args, RESTORE_OPTIONS), positionals: ['users'] });
  const options = { ...readRestoreOptions(given), tableName: 'users' };
  try {
    given.throwIfWrong();
    return { options, problems: '' };
  } catch (error) {
    return { options, problems: (error as Error).message };
  }
}

function withOption(name: string, ...args: string[]) {
  const option = RESTORE_OPTIONS[name]?.type === 'boolean' ? [`--${name}`] : [`--${name}`, VALUES[name] ?? '7'];
  const into = name === 'into' ? [] : ['--into', 'users-2'];
  return optionsOf([...into, ...args, ...(BESIDE[name] ?? THAWING[name] ?? []), ...option]);
}

const named = (use: 'taken' | 'ofWrites' | 'writes' | 'refused') =>
  Object.entries(USE_OF_OPTIONS)
    .filter(([, given]) => given === use || (typeof given === 'object' && use in given))
    .map(([name]) => name);

describe('no option is passed over by the distributed engine in silence', () => {
  test('each option of a restore has its use said', () => {
    expect(Object.keys(USE_OF_OPTIONS).sort()).toEqual(Object.keys(RESTORE_OPTIONS).sort());
  });

  test.each(named('refused'))('--%s is refused by name, before anything is read', (name) => {
    expect(withOption(name, '--engine', 'distributed').problems).toContain(
      `--${name} and --engine distributed contradict each other: `,
    );
    expect(withOption(name).problems).toBe('');
  });

  test.each(named('writes'))('with --%s this machine writes, and says why', (name) => {
    const { options } = withOption(name, '--engine', 'distributed');
    expect(whyWritten(options.optionsGiven)).toMatch(/^(a dry run|some items)/);
  });

  test.each(named('ofWrites'))('--%s is said to be of no use where nothing is written', (name) => {
    const { options, problems } = withOption(name, '--engine', 'distributed');
    expect({ problems, why: whyWritten(options.optionsGiven) }).toEqual({ problems: '', why: undefined });
    expect(ofNoUse(options.optionsGiven)).toContain(`--${name}`);
  });

  test.each(named('taken').filter((name) => !(name in ESTIMATE_OPTIONS) && name !== 'all' && name !== 'engine'))(
    '--%s is taken',
    (name) => {
      const { options, problems } = withOption(name, '--engine', 'distributed');
      expect({ problems, why: whyWritten(options.optionsGiven) }).toEqual({ problems: '', why: undefined });
      expect(ofNoUse(options.optionsGiven)).toBeUndefined();
    },
  );

  test('what has to be waited for asks for --follow', () => {
    const args = ['--into', 'users-2', '--engine', 'distributed', '--thaw'];
    expect(optionsOf(args).problems).toContain('--thaw and --engine distributed need --follow');
    expect(optionsOf([...args, '--follow']).problems).toBe('');
  });

  test('what says the default is no contradiction', () => {
    const args = ['--into', 'users-2', '--engine', 'distributed', '--target', 'destination', '--copy', 'destination'];
    expect(optionsOf(args).problems).toBe('');
  });
});

const contextOf = (enabled: boolean, region?: string) =>
  ({
    settings: {
      ...{ engine: { enabled }, destination: { region: 'eu-west-1' } },
      file: { path: 'dcs.config.json', isThere: true },
    },
    sides: { target: { region } },
  }) as unknown as CommandContext;

test('an engine that is not deployed, or another Region, is told before a run is looked for', () => {
  const requires = (context: CommandContext) => () => requireEngine({ into: 'users-2' }, context);
  expect(requires(contextOf(true))).not.toThrow();
  expect(requires(contextOf(true, 'eu-west-1'))).not.toThrow();
  expect(requires(contextOf(false))).toThrow('engine.enabled is not set in dcs.config.json');
  expect(requires(contextOf(true, 'us-east-1'))).toThrow('cannot restore into us-east-1');
});

test('where nobody has named an engine, some items or a dry run are never gone on with as a run of the whole table', () => {
  const may = (...args: string[]) => mayOutgrow(optionsOf(['--into', 'users-2', ...args]).options, contextOf(true));
  expect(may()).toBe(true);
  expect(named('writes').map((name) => may(`--${name}`, VALUES[name] ?? 'x'))).toEqual(
    named('writes').map(() => false),
  );
});
