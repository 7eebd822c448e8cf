import { z } from 'zod';
import type { EngineStore } from '../../../aws/engineStore';
import { DcsError } from '../../../core/errors';
import type { KeySchema } from '../../../core/objectKey';
import { jsonOf, PLACES } from '../run';

/** What a run of the engine compares. Written once, by whoever starts it; all its workers read it. */
export interface VerifyRun {
  readonly format: '1';
  readonly tableName: string;
  /** Of the settings. */
  readonly prefix: string;
  readonly layout: 'images' | 'journal';
  readonly keySchema: KeySchema;
  /** Of the table as DynamoDB knew it when the run was asked for. */
  readonly tableId?: string;
  /** What the export holds, epoch milliseconds: the copy is compared as it was then. */
  readonly momentMs: number;
  /** What S3 stored later is passed over by those who read the copy; whoever looks again at what differs sees all of it. */
  readonly storedByMs: number;
  /** When the table was created, where there was another one of its name before. */
  readonly createdAtMs?: number;
  /** Ranges of the copy, of the first round. */
  readonly ranges: number;
  /** Parts in which items are compared, by the hashes of their object keys. */
  readonly partitions: number;
  readonly settleMs: number;
  readonly export: {
    /** In the engine's bucket, without a slash at the end. */
    readonly folder: string;
    readonly itemCount: number;
  };
}

const FIRST = 'verifies/';
const FOLDER = /^verifies\/[\w.-]+\/[\w-]+\/$/;

export function isVerify(folder: string): boolean {
  return folder.startsWith(FIRST);
}

/** Below which all runs are that compare one table. */
export function verifiesOf(tableName: string): string {
  return `${FIRST}${tableName}/`;
}

/** Items of a part: both sides of one of them have to fit into the memory of a worker. */
const ITEMS_OF_PART = 200_000;
/** A file of what a worker has read begins with a place for each, so this bounds how small it can be. */
const MOST_PARTS = 16_384;

export function partitionsFor(itemCount: number): number {
  return Math.min(MOST_PARTS, Math.max(1, Math.ceil(itemCount / ITEMS_OF_PART)));
}

const runShape = z.looseObject({
  format: z.literal('1'),
  tableName: z.string(),
  prefix: z.string(),
  layout: z.enum(['images', 'journal']),
  keySchema: z.object({ partitionKey: z.string(), sortKey: z.string().optional() }),
  tableId: z.string().optional(),
  momentMs: z.number(),
  storedByMs: z.number(),
  createdAtMs: z.number().optional(),
  ranges: z.int().min(1).max(100_000),
  partitions: z.int().min(1).max(MOST_PARTS),
  settleMs: z.number().min(0),
  export: z.object({ folder: z.string().startsWith('exports/'), itemCount: z.int().min(0) }),
});

/** @throws DcsError when there is none, or it cannot be used */
export async function readVerifyRun(store: Pick<EngineStore, 'read' | 'bucket'>, folder: string): Promise<VerifyRun> {
  if (!FOLDER.test(folder)) throw new DcsError(`${JSON.stringify(folder)} is no folder of a run`);
  const place = PLACES.request(folder);
  const text = await store.read(place);
  if (text === undefined) throw new DcsError(`there is no s3://${store.bucket}/${place}; start the run by dcs verify`);
  const { success, data, error } = runShape.safeParse(jsonOf(text));
  if (success) return data;
  throw new DcsError(`s3://${store.bucket}/${place} cannot be used: ${error.issues[0]?.message ?? ''}`);
}
