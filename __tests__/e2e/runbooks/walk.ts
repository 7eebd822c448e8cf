import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AttributeMap } from '../../../core/attributeValue';
import { seededRandom, user, type Random } from '../../../local/demo/workload';
import type { LocalRun } from '../../../local/localRun';
import type { LocalTable } from '../../../local/localTable';
import { dcsOnRun, startTableLike, storeDefinition, type DcsOnRun } from '../support/dcsOnRun';

/** A command of a runbook as it went: what was typed, what came, and how it ended. */
export interface Step {
  readonly id: string;
  readonly command: string;
  readonly output: string;
  readonly code: number | null;
  readonly expectedCode: number;
}

/** One runbook's table, with items in it that are captured and replicated, and the commands that are tried on it. */
export class Walk {
  readonly steps: Step[] = [];
  readonly random: Random;

  private constructor(
    readonly run: LocalRun,
    readonly table: LocalTable,
    readonly items: AttributeMap[],
    private readonly dcsCommand: DcsOnRun,
  ) {
    this.random = seededRandom(items.length);
  }

  static async begin(run: LocalRun, tableName: string, count: number): Promise<Walk> {
    const table = await startTableLike(run, 'users', tableName);
    const random = seededRandom(1);
    const items = Array.from({ length: count }, (_, n) => ({ ...user(n, random), id: { S: `${tableName}-${n + 1}` } }));
    const walk = new Walk(run, table, items, await dcsOnRun(run, table));
    await storeDefinition(run, table);
    for (const item of items) await table.table.put(item);
    await walk.settled();
    return walk;
  }

  /** Tries a dcs command as the page shows it. Outputs name no folder of this machine. */
  async dcs(id: string, expectedCode: number, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.dcsCommand.run(args);
    const command = `npx dcs ${args.map(quoted).join(' ')}`;
    this.steps.push({ id, command, output: this.shown(stderr + stdout), code, expectedCode });
    return stdout;
  }

  file(name: string, text: string): Promise<void> {
    return writeFile(path.join(this.dcsCommand.folder, name), text);
  }

  /** From here on the commands have no settings file. */
  forgetSettings(): Promise<void> {
    return rm(path.join(this.dcsCommand.folder, 'dcs.config.json'));
  }

  /** A moment between what was done and what comes: DynamoDB tells the time of a change to the second. */
  async moment(): Promise<string> {
    await this.settled();
    const endOfSecondMs = Math.ceil((Date.now() + 1) / 1000) * 1000;
    await delay(endOfSecondMs - Date.now() + 1100);
    return new Date(endOfSecondMs).toISOString().replace('.000', '');
  }

  async settled(): Promise<void> {
    await this.table.pump.drained();
    await this.run.replication.drained();
  }

  async end(): Promise<void> {
    try {
      await this.table.stop();
    } finally {
      await this.dcsCommand.remove();
    }
  }

  private shown(text: string): string {
    return text
      .replaceAll(`${this.dcsCommand.folder}${path.sep}`, '')
      .replaceAll(this.dcsCommand.folder, '.')
      .trimEnd();
  }
}

/** A command without its times, which differ in every walk. */
export function shapeOf(command: string): string {
  return command.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
}

function quoted(arg: string): string {
  return /^[\w./:=@,-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`;
}
