import { gunzipSync } from 'node:zlib';
import { s3BytesStore } from '../../aws/bytesStore';
import { objectHistories, type ObjectVersion } from '../../aws/objectVersions';
import { replicationStatus } from '../../aws/replicationStatus';
import type { AttributeMap } from '../../core/attributeValue';
import { journalPrefix } from '../../core/journal/journalKeys';
import { readLine } from '../../core/journal/journalLine';
import { keysOf, objectKeyOf } from '../../core/objectKey';
import type { LocalRun } from '../localRun';
import type { LocalBucket, LocalTable } from '../localTable';
import { place, statusesOf, until } from './journey';
import type { Narrator } from './narrator';
import { locationOf } from './stored';
import { changed, type Random } from './workload';

/** Changes one item and shows the line that becomes of the change, and the object that the line is in. */
export async function showJournalJourney(
  narrator: Narrator,
  run: LocalRun,
  captured: LocalTable,
  item: AttributeMap,
  random: Random,
): Promise<void> {
  const { table, deployed } = captured;
  const location = locationOf(captured);
  const keys = keysOf(deployed.keySchema, item);
  const objectKey = objectKeyOf(location, deployed.keySchema, keys);
  const before = new Set((await objectsIn(run.source, captured)).map((object) => object.objectKey));

  // Replication takes milliseconds here: it is held back so that PENDING can be seen.
  run.destination.gateway.faults = ({ method }) =>
    method === 'PUT' ? { kind: 'delay', milliseconds: 300 } : undefined;
  await table.put(changed(item, random));
  narrator.fact('change', `PutItem into ${location.tableName}, ${JSON.stringify(keys)}`);

  const stored = await until(async () =>
    (await objectsIn(run.source, captured)).find((object) => !before.has(object.objectKey)),
  );
  const statuses = await statusesOf(run.source, stored.objectKey, stored.versionId);
  narrator.fact('its batch', stored.objectKey);
  const { bytes } = await s3BytesStore(run.source).get(stored.objectKey, { versionId: stored.versionId });
  const lines = gunzipSync(bytes).toString('utf8').trimEnd().split('\n').slice(1).map(readLine);
  const { body = '', ...fields } = lines.findLast((line) => line.objectKey === objectKey) ?? {};
  narrator.fact('its line', `zcat that object | cut -f1-7 (${lines.length} lines, ${stored.sizeBytes} bytes)`);
  for (const [name, value] of Object.entries(fields)) narrator.note(`               ${name}: ${value}`);
  narrator.note(`               body: ${body.slice(0, 88)}…`);
  narrator.fact('source', `${place(run.source)}, ${statuses.join(' → ')}`);

  const replica = await until(async () =>
    (await objectsIn(run.destination, captured)).find((object) => object.objectKey === stored.objectKey),
  );
  run.destination.gateway.faults = () => undefined;
  const status = await replicationStatus(run.destination, stored.objectKey, replica.versionId);
  const isSame = replica.etag === stored.etag;
  narrator.fact(
    'destination',
    `${place(run.destination)}, ${status ?? 'no status'}, ${isSame ? 'same' : 'ANOTHER'} ETag ${replica.etag}`,
  );
}

async function objectsIn(bucket: LocalBucket, captured: LocalTable): Promise<ObjectVersion[]> {
  const objects: ObjectVersion[] = [];
  for await (const { versions } of objectHistories(bucket, journalPrefix(locationOf(captured)))) {
    const newest = versions.at(-1);
    if (newest) objects.push(newest);
  }
  return objects;
}
