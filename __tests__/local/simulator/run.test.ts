import { SIMULATE_HELP, simulateOptions } from '../../../local/simulator/options';
import { failureText, Figures, pageWith } from '../../../local/simulator/report';
import * as capture from '../../../lambda/capture/captureBatch';
import { play } from '../../../local/simulator/run';
import { scheduleOf } from '../../../local/simulator/schedule';
import { shrink } from '../../../local/simulator/shrink';

afterEach(() => jest.restoreAllMocks());

describe('a run', () => {
  test('is the same to the last call with the same seed, and another with another', async () => {
    const runs = [];
    for (const seed of [7, 8, 7]) runs.push(await play(scheduleOf(seed)));
    const [first, other, again] = runs;
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('leaves Math.random as it was', async () => {
    const { random } = Math;
    await play(scheduleOf(1));
    expect(Math.random).toBe(random);
  });

  test('that breaks a promise is made small, and breaks the same one with what is left', async () => {
    const real = capture.captureBatch;
    jest.spyOn(capture, 'captureBatch').mockImplementation(async (...batch) => {
      await real(...batch);
      return { batchItemFailures: [] };
    });
    const whole = await firstBroken();
    const small = await shrink(whole.schedule, whole.promise);
    expect(small.result.violation?.promise).toBe(whole.promise);
    expect(small.schedule.events.length).toBeLessThan(whole.schedule.events.length / 2);
    const text = failureText(whole.schedule, small.schedule, small.result);
    const [, seed, only = ''] = /again: npm run simulate -- --seed (\d+) --only ([\d,]+)/.exec(text) ?? [];
    const { events } = scheduleOf(Number(seed));
    const again = { ...whole.schedule, events: events.filter(({ id }) => only.split(',').includes(String(id))) };
    expect(await play(again)).toEqual(small.result);
  });
});

async function firstBroken() {
  for (let seed = 1; ; seed++) {
    const schedule = scheduleOf(seed);
    const { violation } = await play(schedule);
    if (violation) return { schedule, promise: violation.promise };
  }
}

describe('the command', () => {
  test.each([
    [[], { schedules: 1_000, seed: 1, isPage: false }],
    [['--schedules', '10', '--seed', '4'], { schedules: 10, seed: 4, isPage: false }],
    [['--seed', '4', '--only', '0,12'], { schedules: 1, seed: 4, only: [0, 12], isPage: false }],
  ])('%j', (args, expected) => expect(simulateOptions(args)).toEqual(expected));

  test.each([
    [['--only', '3..5'], '--only is "3..5"; write numbers of events: 0,4,7'],
    [['--only', '3', '--schedules', '5'], '--only is about one schedule; leave --schedules out'],
  ])('%j is refused', (args, message) => expect(() => simulateOptions(args)).toThrow(message));

  test('help names every option', () => {
    expect(simulateOptions(['--help'])).toBeUndefined();
    for (const option of ['--schedules', '--seed', '--only', '--page']) expect(SIMULATE_HELP).toContain(option);
  });

  test('the page gets its figures, and keeps the rest', () => {
    const figures = new Figures();
    figures.add({ figures: { writes: 1_234 }, steps: 5_678 });
    const page = 'before\n<!-- figures of npm run simulate -->\nold\n<!-- end of figures -->\nafter\n';
    const printed = pageWith(page, figures, { seed: 2, schedules: 1 });
    expect(printed).toContain('| schedules | 1 |\n| schedules that broke a promise | 0 |\n');
    expect(printed).toContain('| writes | 1,234 |');
    expect(printed).toMatch(/^before\n[^]*<!-- end of figures -->\nafter\n$/);
    expect(printed).not.toContain('old');
    expect(pageWith(printed, figures, { seed: 2, schedules: 1 })).toBe(printed);
    expect(() => pageWith('', figures, { seed: 2, schedules: 1 })).toThrow('the page has no lines');
  });
});
