import { setTimeout as delay } from 'node:timers/promises';
import { VARIABLES } from '../../core/functionVariables';
import { s3ImageStore } from '../../aws/imageStore';
import { objectHistories, type ObjectVersion } from '../../aws/objectVersions';
import { replicationStatus } from '../../aws/replicationStatus';
import type { AttributeMap } from '../../core/attributeValue';
import { keysOf, objectKeyOf } from '../../core/objectKey';
import type { LocalRun } from '../localRun';
import type { LocalBucket } from '../localTable';
import type { LocalTable } from '../localTable';
import type { Narrator } from './narrator';
import { changed, type Random } from './workload';

/** Changes one item and shows what becomes of the change, step by step. */
export async function showJourney(
  narrator: Narrator,
  run: LocalRun,
  captured: LocalTable,
  item: AttributeMap,
  random: Random,
): Promise<void> {
  const { table, deployed } = captured;
  const { [VARIABLES.prefix]: prefix = '', [VARIABLES.tableName]: tableName = '' } =
    deployed.captureFunction.environment;
  const keys = keysOf(deployed.keySchema, item);
  const objectKey = objectKeyOf({ prefix, tableName }, deployed.keySchema, keys);
  const before = (await versionsOf(run.source, objectKey)).length;

  // Replication takes milliseconds here: it is held back so that PENDING can be seen.
  run.destination.gateway.faults = ({ method }) =>
    method === 'PUT' ? { kind: 'delay', milliseconds: 300 } : undefined;
  await table.put(changed(item, random));
  narrator.fact('change', `PutItem into ${tableName}, ${JSON.stringify(keys)}`);
  narrator.fact('object key', objectKey);

  const image = await until(async () => (await versionsOf(run.source, objectKey))[before]);
  const statuses = await statusesOf(run.source, objectKey, image.versionId);
  const { body, metadata } = await s3ImageStore({ ...run.source, largeImageStorageClass: 'STANDARD_IA' }).get(
    objectKey,
    image.versionId,
  );
  narrator.fact('image', `${body.slice(0, 88)}… (${image.sizeBytes} bytes)`);
  for (const [name, value] of Object.entries(metadata)) narrator.note(`               ${name}: ${value}`);
  narrator.fact('source', `${place(run.source)}, version ${before + 1} of the item, ${statuses.join(' → ')}`);

  const replica = await until(async () => (await versionsOf(run.destination, objectKey))[before]);
  run.destination.gateway.faults = () => undefined;
  const status = await replicationStatus(run.destination, objectKey, replica.versionId);
  const isSame = replica.etag === image.etag;
  narrator.fact(
    'destination',
    `${place(run.destination)}, ${status ?? 'no status'}, ${isSame ? 'same' : 'ANOTHER'} ETag ${replica.etag}`,
  );
}

export function place({ accountId, region, bucket }: LocalBucket): string {
  return `${bucket} (account ${accountId}, ${region})`;
}

async function versionsOf(bucket: LocalBucket, objectKey: string): Promise<readonly ObjectVersion[]> {
  for await (const history of objectHistories(bucket, objectKey)) return history.versions;
  return [];
}

/** Every replication status that is seen until replication has ended. */
export async function statusesOf(bucket: LocalBucket, objectKey: string, versionId: string): Promise<string[]> {
  const seen: string[] = [];
  await until(async () => {
    const status = (await replicationStatus(bucket, objectKey, versionId)) ?? 'no status';
    if (seen.at(-1) !== status) seen.push(status);
    return status === 'PENDING' ? undefined : status;
  });
  return seen;
}

export async function until<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(10);
  }
}
