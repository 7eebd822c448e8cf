import { coloursFor } from '../../cli/output/colours';
import { outputTo } from '../../cli/output/output';
import { progressLine } from '../../cli/output/progress';
import { bytes, count, counted, duration } from '../../core/units';

/** A stream and a clock that go only where they are told. */
function screen(isTTY: boolean) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const sink = { write: (text: string) => written.push(text), isTTY, columns: 80 };
  const stdout: string[] = [];
  const output = outputTo({
    stdout: { write: (text) => stdout.push(text) },
    stderr: sink,
    json: false,
    colours: coloursFor({}, {}),
    nowMs: () => clock.ms,
  });
  return { written, clock, output, stdout };
}

describe('progress', () => {
  test('has count, share, rate and time left', () => {
    const state = { label: 'restored items', total: 5_000, done: 1_250, elapsedMs: 10_000 };
    expect(progressLine(state)).toBe('restored items  1,250 of 5,000 (25 %)  125/s  30 s left');
    expect(progressLine({ ...state, total: undefined })).toBe('restored items  1,250  125/s');
    expect(progressLine({ ...state, done: 5_000, isOver: true })).toBe(
      'restored items  5,000 of 5,000 (100 %)  500/s  in 10 s',
    );
  });

  test('on a terminal it is one line that is drawn again, ten times a second at most', () => {
    const { written, clock, output } = screen(true);
    const progress = output.progress('items', 4);
    progress.add(1);
    clock.ms = 100;
    progress.add(1);
    progress.add(1);
    clock.ms = 200;
    progress.add(1);
    progress.end();
    expect(written.map((text) => text.startsWith('\r\u001b[K'))).toEqual([true, true, true]);
    expect(written.join('').match(/\n/g)).toHaveLength(1);
  });

  test('elsewhere it is a line every five seconds, and none at all for what is quick', () => {
    const { written, clock, output } = screen(false);
    const quick = output.progress('quick', 1);
    quick.add(1);
    quick.end();
    expect(written).toEqual([]);
    const slow = output.progress('slow', 3);
    for (const ms of [4_000, 5_000, 6_000]) {
      clock.ms = ms;
      slow.add(1);
    }
    slow.end();
    expect(written).toEqual(['slow  2 of 3 (66 %)  0/s  3 s left\n', 'slow  3 of 3 (100 %)  1/s  in 6 s\n']);
  });

  test('a line that is said meanwhile gets a line of its own', () => {
    const { written, clock, output } = screen(true);
    const progress = output.progress('items');
    clock.ms = 100;
    progress.add(1);
    output.say('throttled');
    expect(written.slice(-2)).toEqual(['\r\u001b[K', 'throttled\n']);
  });
});

describe('what people read', () => {
  test('numbers, amounts, times and sizes', () => {
    expect([count(1_234_567), counted(1, 'item'), counted(2_000, 'item')]).toEqual([
      '1,234,567',
      '1 item',
      '2,000 items',
    ]);
    expect([850, 12_000, 200_000, 7_500_000, 90_000_000].map(duration)).toEqual([
      '850 ms',
      '12 s',
      '3 min 20 s',
      '2 h 5 min',
      '1 d 1 h',
    ]);
    expect([512, 1_536, 200_000, 5 * 1_024 ** 3].map(bytes)).toEqual(['512 B', '1.5 KB', '195 KB', '5.0 GB']);
  });

  test('colours are for terminals, unless NO_COLOR is set', () => {
    expect(coloursFor({ isTTY: true }, {}).bad('x')).toBe('\u001b[31mx\u001b[0m');
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }])
      expect(coloursFor({ isTTY: true }, env).bad('x')).toBe('x');
    expect(coloursFor({}, {}).bad('x')).toBe('x');
  });

  test('stdout is data: text, or with --json records alone', () => {
    const { output, stdout } = screen(false);
    output.result({ type: 'done', items: 1 }, 'One item.');
    output.result({ type: 'for machines' });
    expect(stdout).toEqual(['One item.\n']);
  });
});
