import { createReadStream } from 'node:fs';
import { DcsError, RefusedError, UsageError } from '../../core/errors';
import { digestOf } from '../../core/digest';
import { objectKeyOf } from '../../core/objectKey';
import { isParkedBatchKey, PARKED_BATCHES_PREFIX } from '../../core/parkedBatch';
import { textLines } from '../../core/plainText';
import { reportsPrefix } from '../../core/serviceKeys';
import type { ConfiguredTable } from '../../settings/configuredTable';
import { writeFile } from 'node:fs/promises';
import type { ErasedObject } from './erasePlan';
import type { LeftObject } from './erasePlanRequest';

/** What a plan to erase is for: the same keys in other buckets are others. */
export interface ErasePlanHeader {
  readonly tableName: string;
  readonly sourceBucket: string;
  readonly destinationBucket: string;
}

const FORMAT = '1';

/** What is to be erased, and what was found and cannot be: that is not whole either when the plan has been carried out. */
export interface KeptErasePlan {
  readonly plan: readonly ErasedObject[];
  readonly left: readonly LeftObject[];
}

/** JSON lines, as of other plans: what it is for, each object, and at the end how many there were and their digest. */
export async function keepErasePlan(
  file: string,
  header: ErasePlanHeader,
  { plan, left }: KeptErasePlan,
): Promise<void> {
  const lines = [
    JSON.stringify({ type: 'plan', format: FORMAT, verb: 'erase', ...header }),
    ...plan.map((object) => JSON.stringify({ type: 'erase', ...object })),
    ...left.map((object) => JSON.stringify({ type: 'left', ...object })),
  ];
  const end = JSON.stringify({ type: 'end', objects: plan.length + left.length, digest: digestOf(lines.join('\n')) });
  try {
    await writeFile(file, [...lines, end, ''].join('\n'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new UsageError([
      `the plan cannot be written to ${file}: ${(error as Error).message}; name a new file in a folder that is there`,
    ]);
  }
}

/**
 * @throws UsageError when it is no whole plan, or one that somebody has changed
 * @throws RefusedError when it is a whole one, for another command, table or bucket
 */
export async function keptErasePlan(file: string, header: ErasePlanHeader): Promise<KeptErasePlan> {
  const wrong = (words: string) =>
    new UsageError([`the plan ${file}: ${words}. Make the plan again with --dry-run --plan FILE`]);
  const lines: string[] = [];
  try {
    for await (const { text } of textLines(createReadStream(file), (line, problem) =>
      wrong(`line ${line}: ${problem}`),
    ))
      lines.push(text);
  } catch (error) {
    throw error instanceof UsageError ? error : wrong(`it cannot be read: ${(error as Error).message}`);
  }
  const end = objectIn(lines.pop());
  const [first, ...others] = lines.map(objectIn);
  if (first?.type === 'plan' && (first.verb === 'restore' || first.verb === 'revert'))
    throw new RefusedError(`${file} is a plan of dcs ${first.verb}; give it to that command`);
  if (first?.type !== 'plan' || first.verb !== 'erase' || first.format !== FORMAT)
    throw wrong('it is no plan of dcs erase');
  if (end?.objects !== others.length || end.digest !== digestOf(lines.join('\n')))
    throw wrong('it is not whole, or was changed after it was made');
  for (const name of ['tableName', 'sourceBucket', 'destinationBucket'] as const) {
    if (first[name] !== header[name])
      throw new RefusedError(
        `the plan ${file} is for something else: its ${name} is ${String(first[name])}, not ${header[name]}`,
      );
  }
  return {
    plan: others.filter((line) => line?.type !== 'left') as unknown as ErasedObject[],
    left: others.filter((line) => line?.type === 'left') as unknown as LeftObject[],
  };
}

function objectIn(line: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(line ?? '') as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The last look before anything is erased: of a history the object key is that of its keys, and all else lies where nothing but
 * reports, or parked batches, lie.
 *
 * @throws DcsError for anything else, whoever named it
 */
export function requireNamed(plan: readonly ErasedObject[], table: ConfiguredTable): void {
  const reports = (['verify', 'drill'] as const).map((kind) => reportsPrefix(table, kind));
  for (const { in: side, is, objectKey, keys } of plan) {
    const isOfItem = is === 'history' && keys !== undefined && objectKeyOf(table, table.keySchema, keys) === objectKey;
    const isReport =
      is === 'report' && side === 'destination' && reports.some((prefix) => objectKey.startsWith(prefix));
    const isBatch = is === 'batch' && side === 'source' && isOfBatch(objectKey);
    if (!isOfItem && !isReport && !isBatch) {
      throw new DcsError(`${objectKey} is of nothing that was named, so nothing is erased at all`);
    }
  }
}

function isOfBatch(objectKey: string): boolean {
  return (
    isParkedBatchKey(objectKey) || (objectKey.startsWith(PARKED_BATCHES_PREFIX) && objectKey.endsWith('.redriven.json'))
  );
}
