import fc from 'fast-check';
import { OptionReader } from '../../../core/commandLine/optionReader';
import { parseCommandLine, type OptionTable } from '../../../core/commandLine/parse';
import { UsageError } from '../../../core/errors';

const text = { type: 'string', value: 'X', multiple: true, help: '' } as const;
const OPTIONS: OptionTable = { size: text, at: text, wait: text, mode: text, all: { type: 'boolean', help: '' } };

const given = (...args: string[]) => new OptionReader(parseCommandLine(args, OPTIONS));

/** What was read, and what is wrong with it. */
function read<Value>(args: readonly string[], of: (reader: OptionReader) => Value) {
  const reader = given(...args);
  const value = of(reader);
  try {
    reader.throwIfWrong();
    expect(reader.hasProblems).toBe(false);
    return { value, problems: [] };
  } catch (error) {
    expect(reader.hasProblems).toBe(true);
    return { value, problems: (error as UsageError).problems };
  }
}

test('what stands there is read, and what does not stand there is not', () => {
  const reader = given('first', '--size', '1', 'second', '--size=2', '--all');
  expect([reader.positional(0), reader.positional(1), reader.positional(2)]).toEqual(['first', 'second', '']);
  expect(reader.positionals()).toEqual(['first', 'second']);
  expect([reader.text('size'), reader.text('at')]).toEqual(['1', undefined]);
  expect([reader.texts('size'), reader.texts('at')]).toEqual([['1', '2'], []]);
  expect([reader.flag('all'), reader.flag('size')]).toEqual([true, false]);
  expect(['all', 'size', 'at'].map((name) => reader.has(name))).toEqual([true, true, false]);
});

test('law: a whole number within its bounds is read, digit by digit, and whatever else is a problem that says the bounds', () => {
  const written = fc.oneof(fc.integer({ min: 0, max: 2_000 }).map(String), fc.string({ minLength: 1, maxLength: 6 }));
  fc.assert(
    fc.property(written, fc.nat(1_000), fc.nat(1_000), (value, minimum, more) => {
      const { value: number, problems } = read([`--size=${value}`], (one) =>
        one.wholeNumber('size', minimum, minimum + more),
      );
      const isRight = value.split('').every((one) => '0123456789'.includes(one)) && Number(value) >= minimum;
      if (isRight && Number(value) <= minimum + more) {
        expect({ number, problems }).toEqual({ number: Number(value), problems: [] });
      } else {
        const problem = `--size is ${JSON.stringify(value)}; write a whole number from ${minimum} to ${minimum + more}`;
        expect({ number, problems }).toEqual({ number: undefined, problems: [problem] });
      }
    }),
  );
});

test('a number that is not given is none', () => {
  expect(read([], (one) => one.wholeNumber('size', 1, 2))).toEqual({ value: undefined, problems: [] });
});

test.each(['1', '9', '123456789012345'])('the bounds themselves are within: %s', (value) => {
  const bound = Number(value);
  expect(read(['--size', value], (one) => one.wholeNumber('size', bound, bound)).value).toBe(bound);
});

test.each(['1x', 'x1', '1 ', '1.0', '+1', '1e1', '1234567890123456'])('%j is no whole number', (value) => {
  expect(read([`--size=${value}`], (one) => one.wholeNumber('size', 0, Infinity)).problems).toHaveLength(1);
});

test('one of some words', () => {
  const mode = (...args: string[]) => read(args, (one) => one.oneOf('mode', ['off', 'on']));
  expect(mode('--mode', 'on')).toEqual({ value: 'on', problems: [] });
  expect(mode()).toEqual({ value: undefined, problems: [] });
  expect(mode('--mode', 'maybe')).toEqual({
    value: undefined,
    problems: ['--mode is "maybe"; write one of off, on'],
  });
});

test('a moment as it was written; of a state, "now" is the newest there is', () => {
  const moment = (...args: string[]) => read(args, (one) => one.moment('at'));
  expect(moment('--at', 'now')).toEqual({ value: { text: 'now', agoMs: 0 }, problems: [] });
  expect(moment()).toEqual({ value: undefined, problems: [] });
  expect(moment('--at', 'never')).toEqual({
    value: undefined,
    problems: [expect.stringMatching(/^--at is "never"; write a time such as /)],
  });
  const state = (...args: string[]) => read(args, (one) => one.stateMoment('at')).value;
  expect([state('--at', ' now '), state(), state('--at', '1 h ago')]).toEqual([
    undefined,
    undefined,
    { text: '1 h ago', agoMs: 3_600_000 },
  ]);
});

test('a length of time', () => {
  const wait = (...args: string[]) => read(args, (one) => one.duration('wait'));
  expect(wait('--wait', '90s')).toEqual({ value: 90_000, problems: [] });
  expect(wait()).toEqual({ value: undefined, problems: [] });
  expect(wait('--wait', '90')).toEqual({
    value: undefined,
    problems: ['--wait is "90"; write a length of time: 90s, 15m, 1h30m'],
  });
});

test('options that exclude each other, and those that need another', () => {
  const problems = (...args: string[]) =>
    read(args, (one) => {
      one.atMostOneOf('all', 'size', 'at');
      one.needs('mode', 'size', 'all');
    }).problems;
  expect([problems(), problems('--all'), problems('--size', '1', '--mode', 'x')]).toEqual([[], [], []]);
  expect(problems('--all', '--at', 'now')).toEqual(['--all and --at contradict each other; give one of them']);
  expect(problems('--mode', 'x')).toEqual(['--mode means nothing without --size or --all; add it or leave --mode out']);
});

test('what is wrong with the line, and what is found by reading it, is told at once', () => {
  const reader = given('--nothing', '--size', 'x');
  reader.wholeNumber('size', 1, 2);
  reader.problem('and this');
  expect(() => reader.throwIfWrong()).toThrow(
    new UsageError([
      '--nothing is no option here; --help lists all of them',
      '--size is "x"; write a whole number from 1 to 2',
      'and this',
    ]),
  );
});
