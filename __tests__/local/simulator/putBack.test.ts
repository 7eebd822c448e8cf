import { play } from '../../../local/simulator/run';
import { scheduleOf } from '../../../local/simulator/schedule';
import { MISTAKES } from './putBack';

jest.setTimeout(600_000);
afterEach(() => jest.restoreAllMocks());

/** A mistake has to show within so many schedules. */
const MOST_SCHEDULES = 100;

describe('a mistake that is put back is found', () => {
  test.each(MISTAKES.map((one) => [one.mistake, one] as const))('%s', async (_, { putBack }) => {
    expect(await firstBroken(putBack)).toBeDefined();
  });
});

/** The first schedule that breaks a promise with the mistake, and none without it. */
async function firstBroken(putBack: () => void): Promise<number | undefined> {
  for (let seed = 1; seed <= MOST_SCHEDULES; seed++) {
    putBack();
    const isBroken = (await play(scheduleOf(seed))).violation !== undefined;
    jest.restoreAllMocks();
    if (isBroken && !(await play(scheduleOf(seed))).violation) return seed;
  }
  return undefined;
}
