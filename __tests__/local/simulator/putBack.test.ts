import { play } from '../../../local/simulator/run';
import { scheduleOf, type Schedule } from '../../../local/simulator/schedule';
import { MISTAKES } from './putBack';

jest.setTimeout(120_000);
afterEach(() => jest.restoreAllMocks());

/** A mistake has to show within so many schedules. */
const MOST_SCHEDULES = 100;

/** Schedules that break no promise as things are. */
const sound: Schedule[] = [];
beforeAll(async () => {
  for (let seed = 1; seed <= MOST_SCHEDULES; seed++) {
    const schedule = scheduleOf(seed);
    if (!(await play(schedule)).violation) sound.push(schedule);
  }
});

describe('a mistake that is put back is found', () => {
  test.each(MISTAKES.map((one) => [one.mistake, one] as const))('%s', async (_, { putBack }) => {
    putBack();
    const broken = await firstBroken();
    expect(broken).toBeDefined();
  });
});

async function firstBroken(): Promise<string | undefined> {
  for (const schedule of sound) {
    const { violation } = await play(schedule);
    if (violation) return violation.promise;
  }
  return undefined;
}
