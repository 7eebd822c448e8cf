import { s3ImageStore } from '../../../aws/imageStore';
import type { AttributeMap } from '../../../core/attributeValue';
import { canonicalItem } from '../../../core/canonicalItem';
import { encodeImage, NO_ITEM } from '../../../core/image';
import { keysOf } from '../../../core/objectKey';
import { changed } from '../../../local/demo/workload';
import type { LocalRun } from '../../../local/localRun';
import { ACCESS_DENIED } from '../../../local/parts/s3Faults';
import { listsWhenReplicated, objectKeyIn } from '../support/deployment';
import { Walk, type Step } from './walk';

const keyOf = (walk: Walk, item: AttributeMap): AttributeMap => keysOf(walk.table.deployed.keySchema, item);
const wait = ['--wait', '2s'];

async function badMigration(walk: Walk): Promise<void> {
  const { table, items } = walk;
  const before = await walk.moment();
  const bad = items.slice(0, 12).map((item) => ({ ...item, plan: { S: 'undefined' } }));
  for (const item of bad) await table.table.put(item);
  for (const item of items.slice(12, 14)) await table.table.delete(keyOf(walk, item));
  const after = await walk.moment();
  // The application goes on, with two that the migration has touched, and with others.
  for (const item of [...bad.slice(0, 2), ...items.slice(20, 30)]) {
    await table.table.put({ ...item, nickname: { S: 'Bo' } });
  }
  await walk.settled();

  await walk.dcs('migration-timeline', 0, 'timeline', 'members', '--from', before, '--by', 'second');
  const window = ['--from', before, '--to', after];
  await walk.dcs('migration-diff', 3, 'diff', 'members', ...window, '--summary');
  await walk.dcs('migration-plan', 0, 'revert', 'members', ...window, '--dry-run', '--plan', 'plan.jsonl');
  await walk.dcs('migration-back', 0, 'revert', 'members', '--plan', 'plan.jsonl', '--yes');
  await walk.settled();
  await walk.dcs('migration-verify', 0, 'verify', 'members', ...wait);
  await walk.dcs('migration-beside', 0, 'restore', 'members', '--as-of', before, '--into', 'members-before');
}

async function deletedItems(walk: Walk): Promise<void> {
  const { table, items } = walk;
  const before = await walk.moment();
  const gone = items.slice(0, 3);
  for (const item of gone) await table.table.delete(keyOf(walk, item));
  await walk.settled();

  await walk.dcs('items-history', 0, 'history', 'customers', '--key', '{"id":"customers-1"}');
  await walk.file('keys.jsonl', gone.map((item) => `${canonicalItem(keyOf(walk, item))}\n`).join(''));
  const back = ['--as-of', before, '--keys-from', 'keys.jsonl', '--into', 'customers', '--target', 'source', '--merge'];
  await walk.dcs('items-plan', 0, 'restore', 'customers', ...back, '--dry-run');
  await walk.dcs('items-back', 0, 'restore', 'customers', ...back);
}

async function takenOver(walk: Walk): Promise<void> {
  const { table, items, run } = walk;
  const before = await walk.moment();
  await forgeImages(walk, items.slice(0, 10), Date.parse(before) - 60_000);
  for (const item of items.slice(10)) await table.table.delete(keyOf(walk, item));
  await walk.settled();
  await run.replication.drained();

  await walk.dcs('taken-over-history', 3, 'history', 'accounts', '--key', '{"id":"accounts-1"}');
  const back = ['restore', 'accounts', '--as-of', before, '--ignore-stored-after', before, '--into', 'accounts'];
  await walk.dcs('taken-over-plan', 0, ...back, '--dry-run');
  await walk.dcs('taken-over-back', 0, ...back);
}

/** Images that somebody with every permission of the source account writes: newer than all, and as if made long ago. */
async function forgeImages({ run, table }: Walk, items: readonly AttributeMap[], changedAtMs: number): Promise<void> {
  const images = s3ImageStore({ ...run.source, largeImageStorageClass: 'STANDARD' });
  for (const item of items) {
    const position = { source: 'stream', streamLabel: '2999-01-01T00:00:00.000', sequenceNumber: '1' } as const;
    const header = { event: 'MODIFY', position, changedAtMs, previousDigest: NO_ITEM } as const;
    await images.put(objectKeyIn(table, item), encodeImage(header, { ...item, name: { S: 'pay us' } }));
  }
}

async function streamOff(walk: Walk): Promise<void> {
  const { table, items, random } = walk;
  // Records that Lambda throws away unread, as they are when they leave the stream before the mapping is on again.
  const invoke = table.captureFunction.invoke.bind(table.captureFunction);
  table.captureFunction.invoke = () => Promise.resolve({ batchItemFailures: [] });
  for (const item of items.slice(0, 4)) await table.table.put(changed(item, random));
  for (const item of items.slice(4, 6)) await table.table.delete(keyOf(walk, item));
  for (const n of [1, 2, 3]) await table.table.put({ ...items[0]!, id: { S: `sessions-new-${n}` } });
  await walk.settled();
  table.captureFunction.invoke = invoke;

  await walk.dcs('stream-off-verify', 3, 'verify', 'sessions', ...wait);
  await walk.dcs('stream-off-backfill', 0, 'backfill', 'sessions');
  await walk.settled();
  listsWhenReplicated(walk.run);
  await walk.dcs('stream-off-repair', 0, 'verify', 'sessions', '--repair', ...wait);
  await walk.settled();
  await walk.dcs('stream-off-after', 0, 'verify', 'sessions', ...wait);
  await walk.dcs('stream-off-history', 3, 'history', 'sessions', '--key', '{"id":"sessions-1"}');
}

async function parkedBatches(walk: Walk): Promise<void> {
  const { table, items, random, run } = walk;
  const { gateway } = run.source;
  gateway.faults = ({ method, objectKey }) =>
    method === 'PUT' && objectKey.endsWith('/image.json') ? ACCESS_DENIED : undefined;
  for (const item of items.slice(0, 5)) await table.table.put(changed(item, random));
  await walk.settled();
  gateway.faults = () => undefined;
  await table.table.put(changed(items[0]!, random));
  await walk.settled();

  await walk.dcs('parked-plan', 0, 'redrive', 'baskets', '--dry-run');
  await walk.dcs('parked-redrive', 0, 'redrive', 'baskets');
  await walk.dcs('parked-again', 0, 'redrive', 'baskets');
}

async function replicationFailed(walk: Walk): Promise<void> {
  const { table, items, random, run } = walk;
  run.destination.gateway.faults = ({ method }) => (method === 'PUT' ? ACCESS_DENIED : undefined);
  for (const item of items.slice(0, 5)) await table.table.put(changed(item, random));
  await walk.settled();
  run.destination.gateway.faults = () => undefined;

  await walk.dcs('replication-verify', 3, 'verify', 'carts', ...wait);
  listsWhenReplicated(run);
  await walk.dcs('replication-repair', 0, 'verify', 'carts', '--repair', ...wait);
  await walk.settled();
  await walk.dcs('replication-after', 0, 'verify', 'carts', ...wait);
}

async function erasePerson(walk: Walk): Promise<void> {
  const { table, items, random } = walk;
  const [person] = items;
  await table.table.put(changed(person!, random));
  await table.table.delete(keyOf(walk, person!));
  await walk.settled();

  const key = '{"id":"people-1"}';
  await walk.dcs('erase-history', 0, 'history', 'people', '--key', key);
  await walk.dcs('erase-plan', 0, 'erase', 'people', '--key', key, '--dry-run', '--plan', 'erase.jsonl');
  await walk.dcs('erase-done', 0, 'erase', 'people', '--plan', 'erase.jsonl', '--yes');
  await walk.dcs('erase-shown-source', 4, 'history', 'people', '--key', key, '--copy', 'source');
  await walk.dcs('erase-shown-destination', 4, 'history', 'people', '--key', key);
  await walk.dcs('erase-verify', 0, 'verify', 'people', ...wait);
}

async function regionGone(walk: Walk): Promise<void> {
  const last = await walk.moment();
  await walk.run.loseSourceAccount();
  await walk.forgetSettings();
  const { bucket, region } = walk.run.destination;
  const place = ['--destination-bucket', bucket, '--destination-region', region];
  const back = ['restore', 'bookings', '--into', 'bookings', '--as-of', last, ...place];
  await walk.dcs('region-plan', 0, ...back, '--dry-run');
  await walk.dcs('region-back', 0, ...back);
}

/** Every runbook of docs/operations.md: its table, and what is done. The last one loses the source account. */
const STORIES: readonly { readonly tableName: string; readonly play: (walk: Walk) => Promise<void> }[] = [
  { tableName: 'members', play: badMigration },
  { tableName: 'customers', play: deletedItems },
  { tableName: 'accounts', play: takenOver },
  { tableName: 'sessions', play: streamOff },
  { tableName: 'baskets', play: parkedBatches },
  { tableName: 'carts', play: replicationFailed },
  { tableName: 'people', play: erasePerson },
  { tableName: 'bookings', play: regionGone },
];
const ITEMS = 40;

/** Walks through every runbook on the local parts. */
export async function walkAll(run: LocalRun): Promise<Step[]> {
  const steps: Step[] = [];
  for (const { tableName, play } of STORIES) {
    const walk = await Walk.begin(run, tableName, ITEMS);
    try {
      await play(walk);
    } finally {
      run.destination.gateway.faults = () => undefined;
      steps.push(...walk.steps);
      await walk.end();
    }
  }
  return steps;
}
