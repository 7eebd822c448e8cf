import * as objectVersions from '../../../aws/objectVersions';
import { chainGaps } from '../../../core/chain';
import * as changePosition from '../../../core/changePosition';
import * as decidingVersions from '../../../core/decidingVersions';
import * as history from '../../../core/history';
import { compareDigits, type ChangePosition } from '../../../core/changePosition';
import type { StreamRecord } from '../../../core/streamRecord';
import * as capture from '../../../lambda/capture/captureBatch';
import { NewestWritten } from '../../../lambda/capture/newestWritten';
import * as simulatedBucket from '../../../local/simulator/bucketCalls';
import * as operators from '../../../local/simulator/operators';
import type { Process } from '../../../local/simulator/process';
import { replace, type PutBack } from './mistake';
import * as backfill from '../../../operations/backfill/backfillItems';
import * as forWriting from '../../../operations/images/objectForWriting';
import * as lockRenewal from '../../../core/lockRenewal';
import * as sweeps from '../../../operations/renewLocks/sweeps';
import * as versionsToLock from '../../../operations/renewLocks/versionsToLock';
import * as redrive from '../../../operations/redrive/redriveBatch';
import * as applyChanges from '../../../operations/redrive/applyChanges';
import * as restore from '../../../operations/restore/restoreTable';
import * as target from '../../../operations/restore/target';
import * as verdict from '../../../operations/verify/verdict';
import { Recheck } from '../../../operations/verify/recheck';

const MISTAKES: readonly PutBack[] = [
  {
    mistake: 'equal digests are taken as proof that nothing is missing between',
    shownBy: 14,
    putBack: () =>
      replace(decidingVersions, 'readDecidingVersions', (real) => async (versions, momentMs, readHeader) => {
        const nearMs = momentMs + history.REORDER_WINDOW_MS;
        const near = versions.filter(({ storedAtMs }) => storedAtMs <= nearMs);
        const read = await real(near, momentMs, readHeader);
        return chainGaps(read.map(({ header }) => header)).length === 0 ? read : real(versions, momentMs, readHeader);
      }),
  },
  {
    mistake: 'the place in the listing is trusted: the version stored last is the newest',
    shownBy: 1,
    putBack: () =>
      replace(decidingVersions, 'readDecidingVersions', (real) => (versions, momentMs, readHeader) => {
        const by = versions.filter(({ storedAtMs }) => storedAtMs <= momentMs);
        return real(by.slice(-1), momentMs, readHeader);
      }),
  },
  {
    mistake: 'what capture remembers of an item is of any stream',
    shownBy: 27,
    putBack: () =>
      replace(
        capture,
        'captureBatch',
        (real) => (context, records, deadline) =>
          real({ ...context, newestWritten: anyStream(context.newestWritten, records) }, records, deadline),
      ),
  },
  {
    mistake: 'capture answers that all is done',
    shownBy: 2,
    putBack: () =>
      replace(capture, 'captureBatch', (real) => async (...batch) => {
        await real(...batch);
        return { batchItemFailures: [] };
      }),
  },
  {
    mistake: 'capture reports the last failed record, not the first',
    shownBy: 44,
    putBack: () =>
      replace(capture, 'captureBatch', (real) => async (context, records, deadline) => {
        const failed: string[] = [];
        const onFailure = ({ dynamodb }: StreamRecord) => void failed.push(dynamodb?.SequenceNumber ?? '');
        await real({ ...context, onFailure }, records, deadline);
        const last = failed.at(-1);
        return { batchItemFailures: last === undefined ? [] : [{ itemIdentifier: last }] };
      }),
  },
  {
    mistake: 'sequence numbers are compared as text',
    shownBy: 1,
    putBack: () =>
      replace(changePosition, 'compareChanges', (real) => (a, b) => {
        if (a.source !== 'stream' || b.source !== 'stream' || a.streamLabel !== b.streamLabel) return real(a, b);
        return a.sequenceNumber < b.sequenceNumber ? -1 : a.sequenceNumber > b.sequenceNumber ? 1 : 0;
      }),
  },
  {
    mistake: 'sequence numbers of different streams are compared with each other',
    shownBy: 6,
    putBack: () =>
      replace(changePosition, 'compareChanges', (real) => (a, b) => {
        if (a.source !== 'stream' || b.source !== 'stream') return real(a, b);
        return compareDigits(a.sequenceNumber, b.sequenceNumber);
      }),
  },
  {
    mistake: 'a backfill overwrites what is there',
    shownBy: 21,
    putBack: () =>
      replace(backfill, 'backfillItems', (real) => (request, counts) => {
        const images = request.images as Partial<Record<'put', (key: string, image: never) => Promise<void>>>;
        const putIf = async (key: string, image: unknown) => {
          await images.put?.(key, image as never);
          return 'written' as const;
        };
        return real({ ...request, known: new Set(), images: { putIf } }, counts);
      }),
  },
  {
    mistake: 'redrive decides by the times of S3',
    shownBy: 2,
    putBack: () =>
      replace(forWriting, 'readForWriting', (real) => async (source, objectKey) => {
        const seen = await real(source, objectKey);
        return { ...seen, newest: seen.read.at(-1) };
      }),
  },
  {
    mistake: 'redrive puts each change on top, on no condition',
    shownBy: 10,
    putBack: () =>
      replace(applyChanges, 'applyChanges', () => async ({ images }, objectKey, changes) => {
        const put = (images as unknown as { put: (key: string, image: unknown) => Promise<void> }).put;
        for (const change of changes) await put(objectKey, change);
        return changes.map(() => 'applied');
      }),
  },
  {
    mistake: 'redrive marks a batch as done of which some is left',
    shownBy: 2,
    putBack: () =>
      replace(redrive, 'redriveBatch', (real) => async (context, batch) => {
        const report = await real({ ...context, images: refusing(context.images) }, batch);
        return report && { ...report, state: 'done' };
      }),
  },
  {
    mistake: "the operator's clock bounds what is newest",
    shownBy: 48,
    putBack: () =>
      replace(
        operators,
        'restore',
        (real) => (process, site, options) =>
          real(process, site, { ...options, momentMs: Math.min(options.momentMs, process.nowMs()) }),
      ),
  },
  {
    mistake: "what is read from the table is dated by the operator's clock",
    shownBy: 11,
    putBack: () =>
      replace(simulatedBucket, 'bucketCalls', (real) => (process, bucket) => ({
        ...real(process, bucket),
        date: () => Promise.resolve((process as Process).nowMs()),
      })),
  },
  {
    mistake: 'a moment is taken by when images were stored',
    shownBy: 1,
    putBack: () =>
      replace(
        restore,
        'restoreTable',
        (real) => (request) => real({ ...request, storedByMs: request.momentMs, momentMs: Infinity }),
      ),
  },
  {
    mistake: 'the note of an unfinished restore is taken for --mirror',
    shownBy: 168,
    putBack: () =>
      replace(target, 'decideTarget', (real) => (...given) => {
        const decision = real(...given);
        return decision.continuesMs === undefined ? decision : { ...decision, mode: 'mirror' };
      }),
  },
  {
    mistake: 'verify does not look at the destination',
    shownBy: 1,
    putBack: () => replace(verdict, 'verdictOf', (real) => (look) => real({ ...look, destination: look.source })),
  },
  {
    mistake: 'verify does not look again',
    shownBy: 5,
    putBack: () =>
      void jest.spyOn(Recheck.prototype, 'settle').mockImplementation(function (this: Recheck) {
        return (this as unknown as { named: (open: unknown) => ReturnType<Recheck['settle']> }).named(
          (this as unknown as { open: unknown }).open,
        );
      }),
  },
  {
    mistake: 'versions of an object that come in several pages are taken for several objects',
    shownBy: 1,
    putBack: () =>
      replace(objectVersions, 'HistoryGrouping', (Real) => {
        class OfOnePage extends Real {
          override add(page: Parameters<InstanceType<typeof Real>['add']>[0]) {
            return [...super.add(page), ...this.rest()];
          }
        }
        return OfOnePage;
      }),
  },
  {
    mistake: 'a sweep over the locks that had to stop is taken for a whole one',
    shownBy: 33,
    putBack: () =>
      replace(sweeps, 'sweepsText', (real) => (kept) => {
        const { underWay } = kept;
        return real(underWay ? { format: '1', last: { ...underWay, endedAt: underWay.startedAt } } : kept);
      }),
  },
  {
    mistake: 'a lock is renewed once it has ended',
    shownBy: 3,
    putBack: () =>
      replace(
        lockRenewal,
        'renewal',
        (real) => (lock, rule, now) => (lockRenewal.isInForce(lock, now.nowMs) ? undefined : real(lock, rule, now)),
      ),
  },
  {
    mistake: 'a renewed lock is a quarter of the retention long',
    shownBy: 3,
    putBack: () =>
      replace(lockRenewal, 'renewal', (real) => (lock, rule, now) => {
        const wanted = real(lock, rule, now);
        return wanted && { ...wanted, untilMs: now.nowMs + (rule.retentionDays * lockRenewal.DAY_MS) / 4 };
      }),
  },
  {
    mistake: 'the lock of the current version alone is renewed',
    shownBy: 5,
    putBack: () =>
      replace(
        versionsToLock,
        'versionsToLock',
        (real) => async (locks, history, kind) =>
          (await real(locks, history, kind)).filter(({ version }) => version === history.versions.at(-1)),
      ),
  },
  {
    mistake: 'conditions of writes are not sent',
    shownBy: 135,
    putBack: () =>
      replace(simulatedBucket, 'bucketCalls', (real) => (process, bucket) => {
        const calls = real(process, bucket);
        const putIf: (typeof calls)['images']['putIf'] = async (objectKey, image) => {
          await calls.images.put(objectKey, image);
          return 'written';
        };
        return { ...calls, images: { ...calls.images, putIf } };
      }),
  },
];

/** A memory that takes a change of another stream for a later one of this stream. */
function anyStream(memory: NewestWritten, [first]: readonly StreamRecord[]): NewestWritten {
  const streamLabel = first?.eventSourceARN?.split('/stream/')[1] ?? '';
  const among = Object.create(memory) as NewestWritten;
  among.get = (objectKey) => {
    const written = memory.get(objectKey);
    if (!written || !('streamLabel' in written) || written.streamLabel <= streamLabel) return written;
    return { source: 'stream', streamLabel, sequenceNumber: '9'.repeat(40) } satisfies ChangePosition;
  };
  among.set = (objectKey, position) => memory.set(objectKey, position);
  return among;
}

/** A store that loses what it is given and answers well. */
function refusing<Images extends object>(images: Images): Images {
  return { ...images, putIf: () => Promise.resolve('refused' as const) };
}

export { MISTAKES };
