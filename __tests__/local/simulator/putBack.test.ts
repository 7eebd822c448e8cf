import { play } from '../../../local/simulator/run';
import { scheduleOf, type Schedule } from '../../../local/simulator/schedule';
import type { PutBack } from './mistake';
import { MISTAKES } from './putBack';
import { JOURNAL_MISTAKES } from './putBackJournal';

afterEach(() => jest.restoreAllMocks());

/** A mistake has to show within so many schedules. */
const MOST_SCHEDULES = 200;

describe('a mistake that is put back is found', () => {
  test.each([...MISTAKES, ...JOURNAL_MISTAKES].map((one) => [one.mistake, one] as const))('%s', async (_, mistake) => {
    expect(await broken(mistake)).toBeDefined();
  });
});

/**
 * A schedule that breaks a promise with the mistake, and none without it. Where a schedule changes, it may no longer be the
 * one that is remembered: then each is tried in turn.
 */
async function broken({ putBack, shownBy, layouts = 'images' }: PutBack): Promise<number | undefined> {
  const drawn = (seed: number) => (layouts === 'images' ? withImagesAlone(scheduleOf(seed)) : scheduleOf(seed));
  const all = Array.from({ length: MOST_SCHEDULES }, (_, i) => i + 1);
  for (const seed of shownBy === undefined ? all : [shownBy, ...all]) {
    putBack();
    const isBroken = (await play(drawn(seed))).violation !== undefined;
    jest.restoreAllMocks();
    if (isBroken && !(await play(drawn(seed))).violation) return seed;
  }
  return undefined;
}

const OF_JOURNALS: ReadonlySet<string> = new Set(['changeLayout', 'compact', 'expireTagged']);

function withImagesAlone(schedule: Schedule): Schedule {
  const events = schedule.events.filter((one) => !OF_JOURNALS.has(one.do));
  return { ...schedule, settings: { ...schedule.settings, layout: 'images' }, events };
}
