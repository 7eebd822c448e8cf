import { z } from 'zod';
import type { EngineStore } from '../../../aws/engineStore';
import { DcsError } from '../../../core/errors';
import type { KeySchema } from '../../../core/objectKey';
import type { ExportOfRun } from '../exportOfRun';
import { jsonOf, PLACES } from '../run';

/** What a run of the engine gives images. Written once, by whoever starts it; all its workers read it. Into which bucket, they are told by their own settings. */
export interface BackfillRun extends ExportOfRun {
  readonly format: '1';
  /** Of the settings. */
  readonly prefix: string;
  readonly keySchema: KeySchema;
  /** Of the table as DynamoDB knew it when the run was asked for. */
  readonly tableId?: string;
  /** When the table was created, where there was another one of its name before. */
  readonly createdAtMs?: number;
  /** Epoch milliseconds. */
  readonly startedAtMs: number;
}

const FIRST = 'backfills/';
const FOLDER = /^backfills\/[\w.-]+\/[\w-]+\/$/;

export function isBackfill(folder: string): boolean {
  return folder.startsWith(FIRST);
}

/** Below which all runs are that backfill one table. */
export function backfillsOf(tableName: string): string {
  return `${FIRST}${tableName}/`;
}

const runShape = z.looseObject({
  format: z.literal('1'),
  tableName: z.string(),
  prefix: z.string(),
  keySchema: z.object({ partitionKey: z.string(), sortKey: z.string().optional() }),
  tableId: z.string().optional(),
  createdAtMs: z.number().optional(),
  momentMs: z.number(),
  startedAtMs: z.number(),
  export: z.object({ folder: z.string().startsWith('exports/'), itemCount: z.int().min(0) }),
});

/** @throws DcsError when there is none, or it cannot be used */
export async function readBackfillRun(
  store: Pick<EngineStore, 'read' | 'bucket'>,
  folder: string,
): Promise<BackfillRun> {
  if (!FOLDER.test(folder)) throw new DcsError(`${JSON.stringify(folder)} is no folder of a run`);
  const place = PLACES.request(folder);
  const text = await store.read(place);
  if (text === undefined)
    throw new DcsError(`there is no s3://${store.bucket}/${place}; start the run by dcs backfill`);
  const { success, data, error } = runShape.safeParse(jsonOf(text));
  if (success) return data;
  throw new DcsError(`s3://${store.bucket}/${place} cannot be used: ${error.issues[0]?.message ?? ''}`);
}
