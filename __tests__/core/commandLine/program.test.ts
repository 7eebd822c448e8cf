import { readProgramArguments, type Program } from '../../../core/commandLine/program';
import { UsageError } from '../../../core/errors';

const program: Program<{ size: number | undefined }> = {
  usage: 'npm run grow -- PLANT [--size N]',
  positionals: ['PLANT'],
  options: { size: { type: 'string', value: 'N', help: '' } },
  read: (given) => ({ size: given.wholeNumber('size', 1, 9) }),
};

test('what is right is read', () => {
  expect(readProgramArguments(['fern', '--size', '3'], program)).toEqual({ size: 3 });
});

test.each(['--help', '-h'])('%s goes before everything that is wrong', (help) => {
  expect(readProgramArguments(['--siz', help, '--size=0'], program)).toBeUndefined();
});

test('everything that is wrong is told at once', () => {
  const problems = [
    'PLANT is missing; write npm run grow -- PLANT [--size N]',
    '--size is "0"; write a whole number from 1 to 9',
  ];
  expect(() => readProgramArguments(['--size', '0'], program)).toThrow(new UsageError(problems));
  const tooMany = '"moss" is one argument too many; write npm run grow -- PLANT [--size N]';
  expect(() => readProgramArguments(['fern', 'moss'], program)).toThrow(new UsageError([tooMany]));
});

test('any number may follow where the program says so, and none where it names none', () => {
  const told = (args: string[], more: Partial<typeof program>) => () =>
    readProgramArguments(args, { ...program, ...more });
  expect(told(['fern', 'moss', 'oak'], { isOpen: true })()).toEqual({ size: undefined });
  expect(told([], { positionals: undefined })()).toEqual({ size: undefined });
  expect(told(['fern'], { positionals: undefined })).toThrow('"fern" is one argument too many');
});

test('a word after an unknown option is its value, most likely: one problem', () => {
  const problem = '--tall is no option here; --help lists all of them';
  expect(() => readProgramArguments(['fern', '--tall', 'yes'], program)).toThrow(new UsageError([problem]));
});
