import { coloursFor } from '../../cli/output/colours';
import { outputTo } from '../../cli/output/output';
import fc from 'fast-check';
import { progressLine } from '../../cli/output/progressLine';
import { Rate } from '../../cli/output/rate';
import { bytes, count, counted, duration } from '../../core/units';

/** A stream and a clock that go only where they are told. */
function screen(isTTY: boolean) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const ticks = new Map<() => void, number>();
  const sink = { write: (text: string) => written.push(text), isTTY, columns: 80 };
  const stdout: string[] = [];
  const output = outputTo({
    stdout: { write: (text) => stdout.push(text) },
    stderr: sink,
    json: false,
    colours: coloursFor({}, {}),
    nowMs: () => clock.ms,
    ticker(everyMs, tick) {
      ticks.set(tick, everyMs);
      return () => ticks.delete(tick);
    },
  });
  /** So much time goes by, in which nothing comes. */
  const wait = (ms: number) => {
    for (const [tick, everyMs] of ticks) {
      for (let passed = everyMs; passed <= ms; passed += everyMs) {
        clock.ms += everyMs;
        tick();
      }
    }
  };
  return { written, clock, output, stdout, wait, ticks };
}

describe('progress', () => {
  test('has count, share, rate and time left', () => {
    const state = { label: 'restored items', total: 5_000, done: 1_250, perSecond: 125, elapsedMs: 10_000 };
    expect(progressLine(state)).toBe('restored items  1,250 of 5,000 (25 %)  125/s  10 s so far  30 s left');
    expect(progressLine({ ...state, total: undefined })).toBe('restored items  1,250  125/s  10 s so far');
    expect(progressLine({ ...state, done: 5_000, perSecond: 500, isOver: true })).toBe(
      'restored items  5,000 of 5,000 (100 %)  500/s  in 10 s',
    );
    expect(progressLine({ label: 'waiting', done: 0, perSecond: 0, elapsedMs: 12_345 })).toBe('waiting  12 s so far');
  });

  test('law: no more is done than there is to do, whatever total was foretold', () => {
    const whole = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(whole, whole, fc.boolean(), (done, total, isOver) => {
        const line = progressLine({ label: 'items', total, done, perSecond: 10, elapsedMs: 5_000, isOver });
        const [, of] = / of ([\d,]+)/.exec(line) ?? [];
        const [, percent] = /\((\d+) %\)/.exec(line) ?? [];
        if (done > total)
          expect(line).toBe(progressLine({ label: 'items', done, perSecond: 10, elapsedMs: 5_000, isOver }));
        else expect(of).toBe(count(total));
        if (percent !== undefined) expect(Number(percent)).toBeLessThanOrEqual(100);
        if (percent === '100') expect(done).toBe(total);
      }),
    );
  });

  test('law: what is given up after a time has no estimate beyond it', () => {
    const unitSeconds: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600, d: 86_400 };
    const secondsIn = (line: string) =>
      [...(/.* {2}(.*) left$/.exec(line)?.[1] ?? '').matchAll(/(\d+) (\w+)/g)].reduce(
        (sum, [, number, unit = '']) => sum + Number(number) * (unitSeconds[unit] ?? NaN),
        0,
      );
    const whole = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(whole, whole, fc.double({ min: 0.001, max: 1_000, noNaN: true }), (total, mostMs, perSecond) => {
        const state = { label: 'settled', total, done: 0, perSecond, elapsedMs: 3_000 };
        const [left, unbounded] = [progressLine({ ...state, mostMs }), progressLine(state)].map(secondsIn);
        expect(left).toBeLessThanOrEqual(Math.max(0, Math.ceil((mostMs - 3_000) / 1_000)));
        expect(left).toBeLessThanOrEqual(unbounded!);
        if (mostMs > 3_000) expect(left).toBeGreaterThan(0);
      }),
    );
  });

  describe('an estimate settles', () => {
    const run = (itemsInSecond: readonly number[]) => {
      const rate = new Rate(0);
      itemsInSecond.forEach((items, second) => rate.add(items, (second + 1) * 1_000));
      return rate.perSecond;
    };

    test('law: what goes on evenly has the rate that it has', () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 600 }), (items, seconds) => {
          expect(run(Array<number>(seconds).fill(items))).toBeCloseTo(items, 6);
        }),
      );
    });

    test('law: one second in which nothing comes, or three times as much, moves it by less than a tenth', () => {
      fc.assert(
        fc.property(fc.integer({ min: 60, max: 600 }), fc.constantFrom(0, 300), (seconds, odd) => {
          const even = Array<number>(seconds).fill(100);
          expect(Math.abs(run([...even, odd]) - 100)).toBeLessThan(10);
        }),
      );
    });

    test('it follows a lasting change: within a minute it is nearer to the new rate than a tenth of the step', () => {
      expect(run([...Array<number>(300).fill(1_000), ...Array<number>(70).fill(100)])).toBeLessThan(190);
    });

    test('none is told in the first seconds, and its last digit does not flicker', () => {
      const left = (elapsedMs: number, done: number) =>
        / {2}([^ ]+ \S+( \d+ \S+)?) left/.exec(
          progressLine({ label: 'x', total: 100_000, done, perSecond: 1_000, elapsedMs }),
        )?.[1];
      expect(left(2_900, 2_900)).toBeUndefined();
      expect([left(3_000, 3_000), left(4_000, 4_000), left(5_000, 5_000)]).toEqual([
        '1 min 40 s',
        '1 min 40 s',
        '1 min 40 s',
      ]);
    });
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
    expect(written).toEqual([
      'slow  2 of 3 (66 %)  0.4/s  5 s so far  2 s left\n',
      'slow  3 of 3 (100 %)  0.5/s  in 6 s\n',
    ]);
  });

  test('it moves while nothing comes: each second at a terminal, each half minute elsewhere', () => {
    const terminal = screen(true);
    terminal.output.progress('listed objects');
    terminal.wait(3_000);
    expect(terminal.written.map((text) => text.replace('\r\u001b[K', ''))).toEqual([
      'listed objects  1 s so far',
      'listed objects  2 s so far',
      'listed objects  3 s so far',
    ]);
    const log = screen(false);
    log.output.progress('listed objects');
    log.wait(60_000);
    expect(log.written).toEqual(['listed objects  30 s so far\n', 'listed objects  1 min so far\n']);
  });

  test('nothing is drawn after its end, after the next one has begun, or after the command is over', () => {
    const { output, ticks } = screen(true);
    output.progress('first').end();
    output.progress('second');
    output.progress('third');
    expect(ticks.size).toBe(1);
    output.close();
    expect(ticks.size).toBe(0);
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
