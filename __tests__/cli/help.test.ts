import fc from 'fast-check';
import { COMMANDS } from '../../cli/commands';
import { GLOBAL_OPTIONS } from '../../cli/globalOptions';
import { commandHelp, exitCodeLines, overview } from '../../cli/help';
import { sectionText } from '../../cli/check/reporting';
import { fitted } from '../../cli/output/fitted';
import { helpWidth } from '../../cli/output/width';
import { wrapCommand } from '../../cli/output/wrap';
import { outputTo } from '../../cli/output/output';
import { coloursFor } from '../../cli/output/colours';

const names = Object.keys(COMMANDS);
const helpOf = async (name: string, width: number) => {
  const command = await COMMANDS[name]?.load();
  return command ? commandHelp(name, command, width) : '';
};
const tooLong = (text: string, width: number) => text.split('\n').filter((line) => line.length > width);

describe('help has the width of the terminal', () => {
  test.each([80, 100, 120])('at %d columns every line of every page is whole', async (width) => {
    const pages = await Promise.all(names.map((name) => helpOf(name, width)));
    for (const page of [overview(width), exitCodeLines(width).join('\n'), ...pages])
      expect(tooLong(page, width)).toEqual([]);
  });

  test('at 40 columns no line is longer than a single word makes it', async () => {
    const lines = (await Promise.all(names.map((name) => helpOf(name, 40)))).flatMap((page) => tooLong(page, 40));
    for (const line of lines) expect(line.trim()).toMatch(/^(\S+|--[\w-]+ .+|\S+ .*["'].*|"[^"]+"|'[^']+'.*)$/);
  });

  test('a wide terminal is used, as far as lines can be read', async () => {
    const rows = async (width: number) => (await helpOf('restore', width)).split('\n').length;
    expect(await rows(120)).toBeLessThan(await rows(80));
    expect(helpWidth({ write: () => 0, isTTY: true, columns: 100 }, {})).toBe(100);
    expect(helpWidth({ write: () => 0, isTTY: true, columns: 300 }, {})).toBe(120);
    expect(helpWidth({ write: () => 0, isTTY: true, columns: 10 }, {})).toBe(40);
    expect(helpWidth({ write: () => 0 }, {})).toBe(80);
    expect(helpWidth({ write: () => 0 }, { COLUMNS: '96' })).toBe(96);
  });
});

test("each command's own options stand before those of all commands", async () => {
  for (const name of names) {
    const help = await helpOf(name, 80);
    const command = await COMMANDS[name]?.load();
    const common = help.indexOf('Options of all commands:');
    for (const option of Object.keys(command?.options ?? {}))
      expect(help.slice(0, common)).toMatch(new RegExp(`^ {2}--${option}\\b`, 'm'));
    for (const option of Object.keys(GLOBAL_OPTIONS))
      expect(help.slice(common)).toMatch(new RegExp(`^ {2}(-h, )?--${option}\\b`, 'm'));
  }
});

describe('an example', () => {
  test('that is long is continued the way a shell reads on, options with their values', () => {
    expect(wrapCommand(`dcs ls users --where "a == 'b c'" --items --as-of "2 hours ago"`, 40)).toEqual([
      `dcs ls users --where "a == 'b c'" \\`,
      '  --items --as-of "2 hours ago"',
    ]);
    expect(wrapCommand('dcs status', 40)).toEqual(['dcs status']);
  });

  test('law: a shell reads the same words, however wide the terminal is', async () => {
    const commands = await Promise.all(Object.values(COMMANDS).map(({ load }) => load()));
    const lines = commands.flatMap(({ examples }) =>
      examples.flatMap(({ command }) => command.split('\n').map((line) => line.trim())),
    );
    const joined = (line: string, width: number) =>
      wrapCommand(line, width)
        .join('\n')
        .replace(/ \\\n +/g, ' ');
    for (const line of lines) for (const width of [20, 40, 78]) expect(joined(line, width)).toBe(line);
  });
});

describe('what is said at a terminal', () => {
  test('is broken between words, and goes on where its words began', () => {
    expect(fitted('    one two three four', 14)).toBe('    one two\n      three\n      four');
    expect(fitted('short\nalso short', 14)).toBe('short\nalso short');
  });

  test('a command in it stays in one piece, to be copied, on a line of its own where that has room', () => {
    const command = 'dcs restore users --merge=overwrite --key \'{"id":"a;b"}\'';
    expect(fitted(`What to do now: run this: ${command}`, 20)).toBe(`What to do now: run\n  this:\n  ${command}`);
    const [label, pause] = ['    what they were:  ', ' '.repeat(30)];
    expect(fitted(`${label}${command}`, 62)).toBe(`    what they were:\n      ${command}`);
    expect(fitted(`${pause}remedy: ${command}`, 80)).toBe(`${pause}remedy:\n    ${command}`);
    expect(fitted(`${command}; then look again`, 20)).toBe(`${command};\n  then look again`);
  });

  test('a command that is only spoken of is broken as any words are', () => {
    expect(fitted('see dcs status whether capture runs, and dcs redrive', 30)).toBe(
      'see dcs status whether capture\n  runs, and dcs redrive',
    );
  });

  test('law: what is wrong, what is expected and the remedy fit, however narrow the terminal is and with colours', () => {
    const words = fc.array(fc.constantFrom('a', 'table', 'of', 'words;', 'then:', '/aws/lambda/dcs'), {
      maxLength: 40,
    });
    const finding = fc.record({
      ...{ id: fc.constantFrom('lag', 'mapping-destination'), side: fc.constant('source' as const) },
      ...{ subject: fc.constant('table users'), verdict: fc.constantFrom('problem' as const, 'warning' as const) },
      found: words.map((all) => all.join(' ')),
      expected: words.map((all) => all.join(' ')),
      remedy: fc.oneof(
        fc.constant('npx cdktf deploy'),
        words.map((all) => `${all.join(' ')} look: aws logs tail /aws/lambda/dcs-capture-users --since 1h`),
      ),
    });
    fc.assert(
      fc.property(fc.array(finding), fc.integer({ min: 62, max: 130 }), (findings, columns) => {
        const colours = coloursFor({ isTTY: true }, {});
        const shown = fitted(sectionText('table users', findings, { colours, columns }), columns);
        const bare = shown.replace(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '');
        for (const line of bare.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
        const unbroken = bare.replace(/\s+/g, ' ');
        for (const { remedy } of findings) expect(unbroken).toContain(remedy.trim());
      }),
    );
  });

  test('colours take no room', () => {
    const { good } = coloursFor({ isTTY: true }, {});
    expect(fitted(good('12345 7890'), 10)).toBe(good('12345 7890'));
  });

  test('law: nothing but spaces becomes line ends, and no line is too long that has a place to break', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 10, max: 40 }), (words, columns) => {
        const text = words.join(' ');
        const shown = fitted(text, columns);
        expect(shown.replace(/\n */g, ' ')).toBe(text);
        for (const line of shown.split('\n'))
          if (line.trim().includes(' ')) expect(line.length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  test('a file or a pipe gets its lines unbroken, and JSON is never broken', () => {
    const written: string[] = [];
    const sink = (isTTY: boolean) => ({ write: (text: string) => written.push(text), isTTY, columns: 40 });
    const text = 'word '.repeat(20).trimEnd();
    const to = (isTTY: boolean, json: boolean) =>
      outputTo({
        ...{ stdout: sink(isTTY), stderr: sink(isTTY), json },
        ...{ colours: coloursFor({}, {}), nowMs: () => 0 },
      });
    to(false, false).result({ type: 'x' }, text);
    to(true, true).result({ type: 'x', text });
    expect(written).toEqual([`${text}\n`, `{"type":"x","text":"${text}"}\n`]);
    to(true, false).say(text);
    expect(written.at(-1)?.split('\n').length).toBeGreaterThan(2);
  });
});
