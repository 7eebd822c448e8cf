import path from 'node:path';
import { objectHistories } from '../../../aws/objectVersions';
import { s3ImageStore } from '../../../aws/imageStore';
import type { AttributeMap } from '../../../core/attributeValue';
import { canonicalItem } from '../../../core/canonicalItem';
import { stateAt } from '../../../core/history';
import type { Image } from '../../../core/image';
import { inParallel } from '../../../core/inParallel';
import { isImageKey, keysOf, objectKeyOf, tablePrefix } from '../../../core/objectKey';
import { readImage } from '../../../core/readImage';
import { synthesize } from '../../../local/deployment/synthesize';
import type { DeployedTable, Deployment } from '../../../local/deployment/synthesized';
import { snapshotOf, type Snapshot } from '../../../local/demo/snapshot';
import { accountsOf, startLocalRun, type LocalRun } from '../../../local/localRun';
import { type LocalBucket } from '../../../local/localTable';
import type { LocalTable } from '../../../local/localTable';
import { onceInARunAwaited } from '../../support/onceInARun';
import { toolsOfTheRun } from '../../support/toolsOfTheRun';
import { sharedParts } from './servers/shared';

const PROJECT = path.resolve(__dirname, '../../..');
const DEMO = path.join(PROJECT, 'local/demo/dcs.config.json');

/**
 * The demo's deployment, running: what is synthesized, changed where a test needs it.
 *
 * @param start where parts come from, if they are not to be those of other files, too
 */
export async function startDeployment(
  change: (deployed: DeployedTable) => DeployedTable = (deployed) => deployed,
  onLog: (line: string) => void = () => undefined,
  start = sharedParts,
): Promise<LocalRun> {
  const [tools, synthesized] = await Promise.all([toolsOfTheRun(), onceInARunAwaited(DEMO, () => synthesize(DEMO))]);
  const deployment: Deployment = { ...synthesized, tables: synthesized.tables.map(change) };
  return startLocalRun({
    tools,
    deployment,
    parts: await start(accountsOf(deployment)),
    bundlesFolder: path.join(PROJECT, 'dist/lambda'),
    onLog,
    retryPauseMs: 20,
  });
}

/**
 * A deployment for tests that have tables of their own, made like its (`startTableLike`). Its own are there and not
 * captured: two in three of such a file's questions to streams were whether those are still empty.
 */
export async function startDeploymentForOwnTables(): Promise<LocalRun> {
  const run = await startDeployment();
  await Promise.all([...run.tables.values()].map((table) => table.stop()));
  return run;
}

/** A captured table of the run. */
export function tableOf(run: LocalRun, tableName: string): LocalTable {
  const table = run.tables.get(tableName);
  if (table) return table;
  throw new Error(`the deployment has no table ${tableName}; it has ${[...run.tables.keys()].join(', ')}`);
}

export function objectKeyIn({ deployed }: LocalTable, item: AttributeMap): string {
  const { tableName, keySchema } = deployed;
  return objectKeyOf({ prefix: '', tableName }, keySchema, keysOf(keySchema, item));
}

/** A version of an object, with the image in it. */
export interface StoredVersion extends Image {
  readonly versionId: string;
  readonly body: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

/** Every image of a table in a bucket, by object key, in the order in which they were stored. */
export function imagesIn(bucket: LocalBucket, tableName: string): Promise<Map<string, StoredVersion[]>> {
  return imagesBelow(bucket, tablePrefix({ prefix: '', tableName }));
}

/** The images of one item. */
export async function versionsIn(bucket: LocalBucket, objectKey: string): Promise<StoredVersion[]> {
  return (await imagesBelow(bucket, objectKey)).get(objectKey) ?? [];
}

async function imagesBelow(bucket: LocalBucket, prefix: string): Promise<Map<string, StoredVersion[]>> {
  const images = s3ImageStore({ ...bucket, largeImageStorageClass: 'STANDARD_IA' });
  const all = new Map<string, StoredVersion[]>();
  await inParallel(objectHistories(bucket, prefix), 16, async ({ objectKey, versions }) => {
    if (!isImageKey(objectKey)) return;
    const read = versions.map(async ({ versionId, etag, sizeBytes }) => {
      const object = await images.get(objectKey, versionId);
      return { ...readImage(object), body: object.body, versionId, etag, sizeBytes };
    });
    all.set(objectKey, await Promise.all(read));
  });
  return all;
}

/** The items that a table's images stand for: the newest state of each by the change order. */
export async function folded(bucket: LocalBucket, { deployed }: LocalTable): Promise<Snapshot> {
  const items = new Map<string, string>();
  for (const images of (await imagesIn(bucket, deployed.tableName)).values()) {
    const state = stateAt(images);
    if (state.is !== 'known' || !state.image.item) continue;
    const { item } = state.image;
    items.set(canonicalItem(keysOf(deployed.keySchema, item)), canonicalItem(item));
  }
  return items;
}

/** Both buckets hold exactly what the table holds. */
export async function expectConverged(run: LocalRun, table: LocalTable): Promise<void> {
  const expected = await snapshotOf(table.table, table.deployed.keySchema);
  expect(await folded(run.source, table)).toEqual(expected);
  expect(await folded(run.destination, table)).toEqual(expected);
}

/** Until faults are set anew, the destination's versions are listed when all that is in the source has replicated: no speed matters. */
export function listsWhenReplicated(run: LocalRun): void {
  run.destination.gateway.faults = ({ query }) =>
    query.has('versions') ? { kind: 'hold', until: run.replication.drained() } : undefined;
}

/** Waits until a condition holds. The test's own time limit ends a wait that is in vain. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
