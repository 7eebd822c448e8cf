import { S3Error } from '../../aws/s3Error';
import { CouldNotLookError, RefusedError } from '../../core/errors';
import { Violation, type Judge } from './judge';
import { backfill, bringTableBack, redrive, restore, verify, type Site } from './operators';
import { Process, type ProcessPlan } from './process';
import type { OperatorCommand } from './schedule';
import { PlainTable } from './tableCalls';
import type { World } from './world';

/** A run, as far as its commands see it. */
export interface Counted {
  readonly world: World;
  readonly site: Site;
  readonly judge: Judge;
  readonly count: (what: string, by?: number) => void;
}

const DAY_MS = 86_400_000;
const MOST_TRIES = 3;

/** The commands of a run: each is a process of its own, is run again when it has crashed or failed, and is judged at its end. */
export class Operations {
  private readonly running = new Set<string>();

  constructor(private readonly run: Counted) {}

  start(command: OperatorCommand, plan: ProcessPlan, name: string, attempt = 1): void {
    const { world, count } = this.run;
    const process = new Process(`${name} try ${attempt}`, world, world.random(name, attempt), plan);
    this.running.add(process.name);
    const again = (why: string) => {
      this.running.delete(process.name);
      count(`commands ${why}`);
      const healthy = { ...plan, crashAtCall: undefined, pauseAtCall: undefined };
      const afterMs = world.random(name, 'again', attempt).between(1_000, DAY_MS);
      if (attempt < MOST_TRIES) world.after(afterMs, () => this.start(command, healthy, name, attempt + 1));
    };
    process
      .run(() => this.carryOut(command, process))
      .then(
        (result) => {
          if (result === 'crashed') again('that crashed');
          else this.running.delete(process.name);
        },
        (error: unknown) => {
          if (isExpected(error)) again('that failed');
          else world.fail(asViolation(process.name, error));
        },
      );
  }

  /** Runs a program of an operator's to its end, all alone and without trouble. */
  async alone<Result>(name: string, program: (process: Process) => Promise<Result>): Promise<Result> {
    const { world } = this.run;
    const process = new Process(name, world, world.random(name));
    let ended: { result: Result } | { error: unknown } | undefined;
    program(process).then(
      (result) => (ended = { result }),
      (error: unknown) => (ended = { error }),
    );
    await world.runUntil(Infinity);
    if (!ended) throw new Violation('every command ends', `${name} hangs`);
    if ('error' in ended) throw asViolation(name, ended.error);
    return ended.result;
  }

  /** Once nothing is left to happen. */
  requireAllEnded(): void {
    const [hanging] = this.running;
    if (hanging !== undefined) throw new Violation('every command ends', `${hanging} hangs`);
  }

  private async carryOut(command: OperatorCommand, process: Process): Promise<'done'> {
    const { judge, site, world, count } = this.run;
    const before = judge.snapshot();
    const isIntoJournal = site.layout() === 'journal';
    if (command.name === 'backfill') judge.backfill(before, await backfill(process, site), process.name);
    else if (command.name === 'redrive') {
      judge.redrive(before, await redrive(process, site), process.name, isIntoJournal);
    } else if (command.name === 'verify') {
      const report = await verify(process, site, { repair: command.repair });
      judge.verify(before, report, command.repair);
      judge.repair(report, process.name);
    } else if (command.name === 'bringBack') await this.bringBack(process, command.machine);
    else {
      const { from, agoMs, mirror } = command;
      const into = new PlainTable();
      if (mirror) for (const id of ['item0', 'other']) into.write(id, itemWith(id, 'other'));
      const momentMs = agoMs === undefined ? Infinity : world.nowMs - agoMs;
      const options = { from: site[from], momentMs, into, mode: mirror ? ('mirror' as const) : ('fill' as const) };
      judge.restore(before, options, await restore(process, site, options));
    }
    count('commands done');
    count(command.name);
    return 'done';
  }

  private async bringBack(process: Process, machine: 0 | 1): Promise<void> {
    const { judge, site, count } = this.run;
    const before = judge.snapshot();
    try {
      judge.bringBack(before, process.name, await bringTableBack(process, site, machine));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      judge.refusedRestore(process.name, error.message);
      count('restores that were refused');
    }
  }
}

export function itemWith(id: string, value: string): { id: { S: string }; value: { S: string } } {
  return { id: { S: id }, value: { S: value } };
}

/** What a command may end with when a service is away. */
function isExpected(error: unknown): boolean {
  if (error instanceof S3Error || error instanceof CouldNotLookError) return true;
  return ['InternalServerError', 'TimeoutError'].includes((error as Error).name);
}

function asViolation(name: string, error: unknown): Violation {
  if (error instanceof Violation) return error;
  return new Violation('no command breaks', `${name}: ${(error as Error).stack ?? String(error)}`);
}
