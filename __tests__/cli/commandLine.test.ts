import { parseCommandLine, type OptionTable } from '../../cli/commandLine';

const options: OptionTable = {
  into: { type: 'string', value: 'NAME', help: '' },
  key: { type: 'string', value: 'JSON', multiple: true, help: '' },
  merge: { type: 'boolean', help: '' },
};
const problemsOf = (...args: string[]) => parseCommandLine(args, options).problems;

describe('a command line', () => {
  test('options, flags and the rest, in any order', () => {
    const line = parseCommandLine(['--key', '{"id":1}', 'users', '--merge', '--key={"id":2}', '--into=copy'], options);
    expect(line).toMatchObject({ positionals: ['users'], problems: [] });
    expect([...line.flags]).toEqual(['merge']);
    expect(line.values.get('key')).toEqual(['{"id":1}', '{"id":2}']);
    expect(line.values.get('into')).toEqual(['copy']);
  });

  test.each([
    ['an unknown option', ['--colour'], '--colour is no option here; --help lists all of them'],
    ['a misspelt option', ['--mirge'], '--mirge is no option here; did you mean --merge?; --help lists all of them'],
    ['an option named like a method of objects', ['--constructor'], '--constructor is no option here'],
    ['a short option', ['-x'], '-x is no option here'],
    ['an option without its value', ['--into'], '--into is without its value; write --into NAME'],
    ['an empty value', ['--into='], '--into is without its value'],
    ['an option that swallows the next one', ['--into', '--merge'], '--into is followed by --merge, another option?'],
    ['a flag with a value', ['--merge=yes'], '--merge takes no value; write --merge alone'],
    ['an option given twice', ['--into', 'a', '--into', 'b'], '--into is given more than once'],
  ])('%s is a problem', (_, args, problem) => {
    expect(problemsOf(...args)).toEqual([expect.stringContaining(problem)]);
  });

  test('all problems are told at once', () => {
    expect(problemsOf('--colour', '--merge=1', '--into')).toHaveLength(3);
  });

  test('after -- everything is an argument', () => {
    expect(parseCommandLine(['--', '--merge'], options)).toMatchObject({ positionals: ['--merge'], problems: [] });
  });
});
