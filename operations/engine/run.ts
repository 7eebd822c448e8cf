import { z } from 'zod';
import type { EngineStore } from '../../aws/engineStore';
import { DcsError, RefusedError } from '../../core/errors';
import type { KeySchema } from '../../core/objectKey';
import type { TableDefinition } from '../../core/tableDefinition';
import type { TimeToLive } from '../restore/expired';

/** What one run of the engine brings back, and into which table. Written once, by whoever starts it; all its workers read it. */
export interface RunRequest {
  readonly format: '1';
  readonly tableName: string;
  /** Of the settings. */
  readonly prefix: string;
  /** What the copy has of the table. Default: images. */
  readonly layout?: 'images' | 'journal';
  readonly keySchema: KeySchema;
  /** The new table. */
  readonly into: string;
  /** Epoch milliseconds; null for the newest images. */
  readonly momentMs: number | null;
  /** How long ago that was, where it was asked for so; null where it was not; undefined: nobody noted it. */
  readonly relativeWords?: string | null;
  /**
   * What S3 stored later is passed over: for the newest images, the time at which the run was asked for. So two who fold the
   * same range find the same in it.
   */
  readonly storedByMs: number;
  /** When the table was created, where there was another one of its name before. */
  readonly createdAtMs?: number;
  readonly timeToLive?: TimeToLive;
  /** What the new table is made as. */
  readonly definition: TableDefinition;
  /** Whatever the definition says of its capacity. */
  readonly onDemand: boolean;
  /** Ranges of the first round. */
  readonly ranges: number;
}

/** Ranges of the first round: more than run at a time, so that none waits long for the last one. */
export const FIRST_RANGES = 256;

/** Where what belongs to a run is, below the folder of the run in the engine's bucket. */
export const PLACES = {
  request: (folder: string) => `${folder}request.json`,
  tasks: (folder: string, round: number) => `${folder}rounds/${round}/tasks.json`,
  results: (folder: string, round: number) => `${folder}rounds/${round}/results/`,
  result: (folder: string, taskId: string) => `${PLACES.results(folder, roundOf(taskId))}${taskId}.json`,
  /** Why a worker failed, in its words. */
  problem: (folder: string, taskId: string) => `${folder}rounds/${roundOf(taskId)}/problems/${taskId}.json`,
  collected: (folder: string, round: number) => `${folder}rounds/${round}/collected.json`,
  attempt: (folder: string, taskId: string, attemptId: string) => `${folder}parts/${taskId}/${attemptId}/`,
  /** Nothing else is in it: ImportTable reads all that is there. */
  items: (folder: string) => `${folder}items/`,
  outcome: (folder: string) => `${folder}outcome.json`,
  /** A command has seen the outcome and set what waits for the items: the run is history. */
  finished: (folder: string) => `${folder}finished.json`,
};

function roundOf(taskId: string): number {
  return Number(taskId.split('-')[0]);
}

const FOLDER = /^restores\/[\w.-]+\/[\w.-]+\/[\w-]+\/$/;

/** @param id unique, and later ones sort behind earlier ones */
export function runFolder({ tableName, into }: Pick<RunRequest, 'tableName' | 'into'>, id: string): string {
  return `${runsOf({ tableName, into })}${id}/`;
}

/** Below which all runs are that bring one table back into another. */
export function runsOf({ tableName, into }: Pick<RunRequest, 'tableName' | 'into'>): string {
  return `restores/${tableName}/${into}/`;
}

/** What a run is to do, once. @throws RefusedError where somebody else has asked for another in the same moment */
export async function writeRequest(
  store: Pick<EngineStore, 'read' | 'writeOnce'>,
  folder: string,
  run: object,
): Promise<void> {
  const text = `${JSON.stringify(run)}\n`;
  if ((await store.writeOnce(PLACES.request(folder), text)) === 'written') return;
  // The answer to the first attempt may have been lost, and the second one refused: then what lies there is this run.
  if ((await store.read(PLACES.request(folder))) === text) return;
  throw new RefusedError(`another command has started ${folder} in this very moment; give the same again`);
}

/** Somebody has been told the outcome: the next of the kind is another run. */
export async function markSeen(store: Pick<EngineStore, 'writeOnce'>, folder: string): Promise<void> {
  await store.writeOnce(PLACES.finished(folder), '{}');
}

const requestShape = z.looseObject({
  format: z.literal('1'),
  tableName: z.string(),
  prefix: z.string(),
  layout: z.enum(['images', 'journal']).optional(),
  keySchema: z.object({ partitionKey: z.string(), sortKey: z.string().optional() }),
  into: z.string(),
  momentMs: z.number().nullable(),
  relativeWords: z.string().nullish(),
  storedByMs: z.number(),
  definition: z.looseObject({
    createTable: z.looseObject({ AttributeDefinitions: z.array(z.unknown()), KeySchema: z.array(z.unknown()) }),
  }),
  onDemand: z.boolean(),
  ranges: z.int().min(1).max(100_000),
});

/** @throws DcsError when there is none, or it cannot be used */
export async function readRequest(store: Pick<EngineStore, 'read' | 'bucket'>, folder: string): Promise<RunRequest> {
  if (!FOLDER.test(folder)) throw new DcsError(`${JSON.stringify(folder)} is no folder of a run`);
  const place = PLACES.request(folder);
  const text = await store.read(place);
  if (text === undefined) throw new DcsError(`there is no s3://${store.bucket}/${place}; start the run by dcs restore`);
  const { success, data, error } = requestShape.safeParse(jsonOf(text));
  if (success) return data as unknown as RunRequest;
  throw new DcsError(`s3://${store.bucket}/${place} cannot be used: ${error.issues[0]?.message ?? ''}`);
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
