import fc from 'fast-check';
import { compact, erase, LONG, versionsThatName } from './journalOfPerson';
import { contentOf, othersIn } from './readOfPerson';
import { eraseBesideCompactor, named, requireNotBack, stories, tell } from './storiesOfPerson';

describe('erasing one person whose changes are in a journal', () => {
  test('law: a dry run tells every version that has a line of theirs, no other, and changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const world = tell(story);
        const named = versionsThatName(world, 'person').sort();
        const before = [world.source, world.destination].map(contentOf);
        const dry = await erase(world, { dryRun: true }, 0);
        const told = dry.held.map(({ in: side, objectKey, versionId }) => `${side} ${objectKey} ${versionId}`);
        expect(told.sort()).toEqual(named);
        expect(dry).toMatchObject({ unclear: 0, journal: { versions: named.length, kept: 0 } });
        expect([world.source, world.destination].map(contentOf)).toEqual(before);
      }),
      { numRuns: 25 },
    );
  });

  test('law: stopped before any call, with the compactor at work in between or beside it, nothing of others is lost, nobody comes back, and in the end nothing of theirs is left', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const world = tell(story);
        const before = await othersIn(world.destination);
        for (const { before: call, compacts } of story.stops) {
          await erase(world, named(world), call).catch((error: unknown) => expect(error).toEqual(new Error('stopped')));
          expect(await othersIn(world.destination)).toEqual(before);
          await requireNotBack(world);
          if (!compacts) continue;
          await compact(world);
          expect(await othersIn(world.destination)).toEqual(before);
          await requireNotBack(world);
        }
        const { left, held, unclear, isOver } = await eraseBesideCompactor(world, story.beside);
        expect(unclear).toBe(0);
        if (held.length === 0) expect(left).toEqual([]);
        for (const { why } of left) expect(why).toBe('tombstone');
        const parts = versionsThatName(world, 'person');
        // What the compactor had read is in parts without a manifest, which no reader knows: told, or not there yet.
        if (story.beside === undefined) expect({ held, parts }).toEqual({ held: [], parts: [] });
        for (const { reason } of held) expect(reason).toContain('a compactor may be at work on it');
        expect(isOver || held.length === 0).toBe(true);
        const keys = world.destination.keys();
        for (const part of parts) {
          const folder = part.split(' ')[1]!.split('/').slice(0, 4).join('/');
          expect(keys).not.toContain(`${folder}/manifest.json`);
        }
        expect(await othersIn(world.destination)).toEqual(before);
        await requireNotBack(world);
        await compact(world);
        expect(await othersIn(world.destination)).toEqual(before);
        await requireNotBack(world);
      }),
      {
        numRuns: 30,
        // A base that is out of use is not gone on with.
        examples: [
          [
            {
              changes: [{ pk: 'person', sk: 'a', value: 'x', batch: 0, isImage: false }],
              ...{ runs: [1, 0, 0, 0, 0], hasBase: false, isMerged: false, hasJournalDeletes: false, beside: 0 },
              stops: [0, 1].map((call) => ({ before: call, compacts: true })),
            },
          ],
          // A compactor that has read all before, and puts it when all is over, puts no manifest.
          [
            {
              changes: [{ pk: 'person', sk: 'a', value: 'x', batch: 0, isImage: false }],
              ...{ runs: [0, 0, 0, 0, 0], hasBase: false, isMerged: false, hasJournalDeletes: true, beside: 0 },
              stops: [],
            },
          ],
          // The batch with the delete has a key before that of the one with the item.
          [
            {
              changes: [
                { pk: 'person2', sk: 'a', value: 'x', batch: 4, isImage: false },
                { pk: 'person', sk: 'a', value: 'x', batch: 0, isImage: false },
              ],
              ...{ runs: [0, 0, 0, 0, 1], hasBase: true, isMerged: false, hasJournalDeletes: true, beside: undefined },
              stops: [{ before: 5, compacts: false }],
            },
          ],
          // All that there may be: images, a merged run, a base of it, a run and a batch beside; stopped everywhere.
          [
            {
              changes: (['person', 'other', 'person2', 'person', 'other', 'person'] as const).flatMap((pk, n) =>
                (['a', LONG] as const).map((sk) => ({
                  ...{ pk, sk, value: n < 4 ? ('x' as const) : undefined },
                  ...{ batch: n % 5, isImage: n === 3 },
                })),
              ),
              ...{ runs: [1, 1, 2, 2, 0], hasBase: true, isMerged: true, hasJournalDeletes: true, beside: 3 },
              stops: [0, 1, 2, 3, 4, 5].map((before) => ({ before, compacts: before % 2 === 1 })),
            },
          ],
        ],
      },
    );
  });
});
