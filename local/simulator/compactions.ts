import { S3Error } from '../../aws/s3Error';
import { DcsError } from '../../core/errors';
import { compactTable, type Compacted, type CompactLimits } from '../../operations/journal/compact/compactTable';
import { bucketCalls } from './bucketCalls';
import type { Counted, Operations } from './commandRuns';
import { promised, Violation } from './judge';
import { serviceClock } from './operators';
import { Process } from './process';
import type { Happening } from './schedule';
import { judgeTags } from './seenTags';

type Invoked = Pick<Extract<Happening, { do: 'compact' }>, 'base' | 'hasMs'>;

/** Behind the time that an invocation is told to have left: then it is stopped, whatever it does. */
const TELLING_MS = 60_000;
const LONGEST_MS = 14 * 60_000;
/** Each is stopped by its time at most once, and the next goes on. */
const MOST_INVOCATIONS = 20;

/** The function that compacts journals, over the destination bucket. Two of them may be at work at a time. */
export class Compactions {
  constructor(
    private readonly run: Counted,
    private readonly limits: Partial<CompactLimits>,
  ) {
    judgeTags(run.world, run.site.destination);
  }

  start({ plan, ...invoked }: Extract<Happening, { do: 'compact' }>, name: string): void {
    const { world, count } = this.run;
    const process = new Process(name, world, world.random(name), plan);
    process
      .run(() => this.invocation(process, invoked))
      .then(
        (result) => count(result === 'crashed' ? 'compactions that crashed' : 'compactions'),
        (error: unknown) => {
          if (error instanceof S3Error || error instanceof StoppedError) count('compactions that failed');
          else world.fail(new Violation('no compaction breaks', `${name}: ${(error as Error).stack ?? String(error)}`));
        },
      );
  }

  /** Until nothing is left to do, and the next invocation does nothing. */
  async toTheEnd(operations: Pick<Operations, 'alone'>): Promise<void> {
    const invoke = (n: number) =>
      operations.alone(`last compaction ${n}`, (process) =>
        this.invocation(process, { base: true, hasMs: LONGEST_MS }),
      );
    for (let n = 1; n <= MOST_INVOCATIONS; n++) {
      const { runs, merges, bases, ...rest } = await invoke(n);
      promised('all of a journal can be compacted', rest.unreadable === 0 && rest.unfolded === 0, JSON.stringify(rest));
      if (runs + merges + bases === 0) return;
    }
    throw new Violation('every compaction ends', `${MOST_INVOCATIONS} have always found something to do`);
  }

  private async invocation(process: Process, { base, hasMs }: Invoked): Promise<Compacted> {
    const { world, site, count } = this.run;
    const calls = bucketCalls(process, site.destination);
    const { bytes, tags, versions: lister } = calls;
    const deadlineMs = world.nowMs + hasMs;
    const ending = new AbortController();
    world.at(deadlineMs + TELLING_MS, () => ending.abort(new StoppedError('its time is over')));
    const compacted = await compactTable({
      ...{ table: site.location, reads: { lister, bytes }, bytes, tags, limits: this.limits, tasks: { base } },
      ...{ nowMs: await serviceClock(process, calls), timeLeftMs: () => deadlineMs - world.nowMs },
      signal: ending.signal,
    });
    const { runs, merges, bases } = compacted;
    for (const [what, made] of Object.entries({ runs, merges, bases })) if (made > 0) count(`${what} made`, made);
    return compacted;
  }
}

class StoppedError extends DcsError {}
