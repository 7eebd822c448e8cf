import * as baseManifest from '../../../core/journal/baseManifest';
import { COVERED_TAG, SUPERSEDED_TAG } from '../../../core/journal/coveredTag';
import * as hashOrder from '../../../core/journal/hashOrder';
import { firstStoredAtMsOf } from '../../../core/journal/runManifest';
import * as journal from '../../../lambda/capture/captureJournal';
import * as carryOut from '../../../operations/erase/carryOutErase';
import * as forWriting from '../../../operations/images/objectForWriting';
import * as attempts from '../../../operations/journal/compact/attempts';
import * as mergeRuns from '../../../operations/journal/compact/mergeRuns';
import * as tagging from '../../../operations/journal/compact/tagging';
import * as takeIn from '../../../operations/journal/compact/takeIn';
import * as catalogs from '../../../operations/journal/runs/catalog';
import { TableJournal } from '../../../operations/journal/tableJournal';
import { replace, type PutBack } from './mistake';

/** Those of journals, and of what the compactor and an erase make of them. */
export const JOURNAL_MISTAKES: readonly PutBack[] = [
  {
    mistake: 'a batch that no journal took is told as done',
    layouts: 'drawn',
    shownBy: 2,
    putBack: () =>
      replace(journal, 'captureJournal', (real) => async (...batch) => {
        await real(...batch);
        return { batchItemFailures: [] };
      }),
  },
  {
    mistake: 'the condition of a write is that of the last version in either layout',
    layouts: 'drawn',
    shownBy: 61,
    putBack: () =>
      replace(forWriting, 'readForWriting', (real) => async (source, objectKey, createdAtMs) => {
        const seen = await real(source, objectKey, createdAtMs);
        const last = (await source.history(objectKey))?.versions.at(-1);
        return last?.image === undefined ? seen : { ...seen, condition: { IfNoneMatch: '*' } };
      }),
  },
  {
    mistake: 'the compactor tags what it has read, before the manifest of its run',
    layouts: 'drawn',
    shownBy: 2,
    putBack: () =>
      replace(takeIn, 'takeIn', (real) => async (request, ...given) => {
        const taken = await real(request, ...given);
        await tagging.tagVersions(request, taken.versions, COVERED_TAG);
        return taken;
      }),
  },
  {
    mistake: 'readers pass over what is in no run, where there are runs',
    layouts: 'drawn',
    shownBy: 5,
    putBack: () => {
      const { prototype } = TableJournal as unknown as {
        prototype: Record<'read', (history: object) => Promise<void>>;
      };
      const real = prototype.read;
      jest.spyOn(prototype, 'read').mockImplementation(function (this: { folded?: { isEmpty: boolean } }, history) {
        return this.folded?.isEmpty === false ? Promise.resolve() : real.call(this as never, history);
      });
    },
  },
  {
    mistake: 'a base stands for its runs at every moment',
    layouts: 'drawn',
    shownBy: 21,
    putBack: () => replace(baseManifest, 'servesFor', () => () => true),
  },
  {
    mistake: 'what is in an unfinished run is taken as folded',
    layouts: 'drawn',
    shownBy: 16,
    putBack: () =>
      passingOver(({ unfinished }, storedAtMs) => unfinished.some(({ name }) => isInTimesOf(name, storedAtMs))),
  },
  {
    mistake: 'a batch that comes late is passed over: what was stored last in a run is a watermark',
    layouts: 'drawn',
    shownBy: 82,
    putBack: () =>
      passingOver(({ runs }, storedAtMs) =>
        runs.some(({ manifest }) => storedAtMs < Date.parse(manifest.lastStoredAt)),
      ),
  },
  {
    mistake: 'what a merge takes the place of is tagged before its manifest is there',
    layouts: 'drawn',
    shownBy: 21,
    putBack: () =>
      replace(mergeRuns, 'mergeRuns', (real) => async (request, catalog, runs, ...rest) => {
        await tagging.tagVersions(request, tagging.versionsIn(runs), SUPERSEDED_TAG);
        return real(request, catalog, runs, ...rest);
      }),
  },
  {
    mistake: 'a run that another one took the place of is read as before',
    layouts: 'drawn',
    shownBy: 11,
    putBack: () =>
      replace(catalogs, 'catalogOf', (real) => async (...given) => {
        const catalog = await real(...given);
        return { ...catalog, runs: [...catalog.runs, ...catalog.superseded], superseded: [] };
      }),
  },
  {
    mistake: 'a merged run is in a base of which one part of it is',
    layouts: 'drawn',
    shownBy: 33,
    putBack: () =>
      replace(
        baseManifest,
        'isCovered',
        () =>
          ({ covers }, { name, merged }) =>
            covers.has(name) || merged.some((one) => covers.has(one)),
      ),
  },
  {
    mistake: 'a base has the line of each item that was stored last',
    layouts: 'drawn',
    shownBy: 2,
    putBack: () => {
      const later = (a: string, b: string) => (hashOrder.storedAtOf(a) > hashOrder.storedAtOf(b) ? a : b);
      replace(hashOrder, 'newerOf', () => later);
      replace(hashOrder, 'newestIn', () => (lines) => (lines.length === 0 ? undefined : lines.reduce(later)));
    },
  },
  {
    mistake: 'what is unfinished is given up at once',
    layouts: 'drawn',
    shownBy: 5,
    putBack: () => void jest.replaceProperty(attempts, 'ABANDONED_MS' as never, 0 as never),
  },
  {
    mistake: 'what nobody has finished is left for ever',
    layouts: 'drawn',
    shownBy: 11,
    putBack: () => void jest.replaceProperty(attempts, 'ABANDONED_MS' as never, Infinity as never),
  },
  {
    mistake: 'a base of runs that an erase has made anew counts',
    layouts: 'drawn',
    shownBy: 11,
    putBack: () =>
      replace(catalogs, 'catalogOf', (real) => async (...given) => {
        const catalog = await real(...given);
        return { ...catalog, bases: [...catalog.bases, ...catalog.retired], retired: [] };
      }),
  },
  {
    mistake: 'an erase deletes the tombstone although a journal has the item',
    layouts: 'drawn',
    shownBy: 26,
    putBack: () =>
      replace(carryOut, 'carryOutErase', (real) => (request) => real({ ...request, mayBringBack: () => false })),
  },
];

/** The name of a run tells when the first and the last of its lines were stored. */
function isInTimesOf(name: string, storedAtMs: number): boolean {
  const second = `${new Date(storedAtMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const [first = '', last = ''] = name.split('-');
  return firstStoredAtMsOf(name) !== undefined && first <= second && second <= last;
}

/** Readers take no notice of an object of the journal, by when it was stored. */
function passingOver(isPassedOver: (catalog: catalogs.Catalog, storedAtMs: number) => boolean): void {
  interface Reading {
    folded: { catalog?: catalogs.Catalog };
  }
  const { prototype } = TableJournal as unknown as {
    prototype: {
      read: (history: { versions: readonly { storedAtMs: number }[] }, ...rest: unknown[]) => Promise<void>;
    };
  };
  const real = prototype.read;
  jest.spyOn(prototype, 'read').mockImplementation(function (this: unknown, history, ...rest) {
    const { catalog } = (this as Reading).folded;
    const isLeft = catalog && isPassedOver(catalog, history.versions[0]?.storedAtMs ?? 0);
    return isLeft ? Promise.resolve() : real.call(this, history, ...rest);
  });
}
