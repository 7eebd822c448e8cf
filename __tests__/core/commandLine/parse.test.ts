import { parseCommandLine, type OptionTable } from '../../../core/commandLine/parse';

const options: OptionTable = {
  into: { type: 'string', value: 'NAME', help: '' },
  key: { type: 'string', value: 'JSON', multiple: true, help: '' },
  merge: { type: 'boolean', help: '' },
  blur: { type: 'boolean', words: ['much', 'little'], help: '' },
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
    ['a flag with a word it does not know', ['--blur=a'], '--blur=a is not known; write --blur or --blur=much or'],
    ['an option given twice', ['--into', 'a', '--into', 'b'], '--into is given more than once'],
  ])('%s is a problem', (_, args, problem) => {
    expect(problemsOf(...args)).toEqual([expect.stringContaining(problem)]);
  });

  test('a flag that knows words is given alone or with one of them, and swallows nothing', () => {
    expect(parseCommandLine(['--blur=little'], options).values.get('blur')).toEqual(['little']);
    const alone = parseCommandLine(['--blur', 'little'], options);
    expect(alone).toMatchObject({ positionals: ['little'], problems: [] });
    expect([alone.flags.has('blur'), alone.values.has('blur')]).toEqual([true, false]);
  });

  test('a dash by itself is a value, and a value with a dash is one when it is written so', () => {
    const line = parseCommandLine(['--into', '-', '--key=-1'], options);
    expect(line).toMatchObject({
      problems: [],
      values: new Map([
        ['into', ['-']],
        ['key', ['-1']],
      ]),
    });
  });

  test('what is wrong is not read', () => {
    const line = parseCommandLine(['--blur=a', '--into', '--merge', '--key'], options);
    expect(line.problems).toHaveLength(3);
    expect(line.values).toEqual(new Map());
  });

  test('all problems are told at once', () => {
    expect(problemsOf('--colour', '--merge=1', '--into')).toHaveLength(3);
  });

  describe('with former spellings', () => {
    const formerly = { onto: '--into', row: '--key', blend: '--merge', table: 'TABLE', key: '--into' };
    const parse = (...args: string[]) => parseCommandLine(args, options, formerly);

    test('gives what the new ones give, and a word about each of them', () => {
      const line = parse('--onto', 'copy', 'a', '--table', 'b', '--blend', '--row=1', '--row=2', '--table=c', 'd');
      const now = parse('--into', 'copy', 'a', 'b', '--merge', '--key=1', '--key=2', 'c', 'd');
      expect({ ...line, notices: [] }).toEqual(now);
      expect(now).toMatchObject({ problems: [], notices: [] });
      expect(line.notices).toEqual([
        '--onto is now --into; the next version takes the old spelling no more',
        '--table is now TABLE, an argument; the next version takes the old spelling no more',
        '--blend is now --merge; the next version takes the old spelling no more',
        '--row is now --key; the next version takes the old spelling no more',
      ]);
    });

    test('an option goes before the former spelling of another one', () => {
      const line = parse('--key', '1');
      expect(line.values).toEqual(new Map([['key', ['1']]]));
      expect(line.notices).toEqual([]);
    });

    test.each([
      ['both spellings', ['--into', 'a', '--onto', 'b'], '--into is given more than once'],
      ['no value', ['--onto'], '--into is without its value; write --into NAME'],
      ['no value of an argument', ['--table'], '--table is without its value; write --table VALUE'],
      ['a value that is none', ['--blend=yes'], '--merge takes no value'],
    ])('%s is a problem, told of the new spelling', (_, args, problem) => {
      expect(parse(...args).problems).toEqual([expect.stringContaining(problem)]);
    });

    test('a typing error is told the new one only', () => {
      expect(parse('--ontoo', 'x').problems).toEqual([expect.not.stringContaining('--onto?')]);
      expect(parse('--ento', 'x').problems).toEqual([expect.stringContaining('did you mean --into?')]);
    });
  });

  test('after -- everything is an argument', () => {
    expect(parseCommandLine(['--', '--merge'], options)).toMatchObject({ positionals: ['--merge'], problems: [] });
  });
});
