import { setTimeout as delay } from 'node:timers/promises';
import type { AttributeMap } from '../../core/attributeValue';
import { ACCESS_DENIED } from '../parts/s3Faults';
import type { Shop } from './traffic';

/** What happened, in words and moments: the things to try are about these. */
export interface Story {
  /** Before anything went wrong. */
  readonly before: string;
  /** The bad migration began after this, and was over by `to`. Good writes came between. */
  readonly from: string;
  readonly to: string;
  readonly migrated: readonly number[];
  /** Of the migrated ones, those that were written well afterwards. */
  readonly writtenLater: readonly number[];
  readonly deletedCustomer: number;
  readonly parkedCustomer: number;
  readonly failedCustomer: number;
}

/** Plays what goes wrong, while the shop is open. */
export async function tellStory(shop: Shop): Promise<Story> {
  const [deletedCustomer, parkedCustomer, failedCustomer] = [1, 2, 3];
  const before = await momentIn(shop);
  await parkABatch(shop, parkedCustomer);
  await failAReplica(shop, failedCustomer);
  await deleteCustomer(shop, deletedCustomer);

  const from = await momentIn(shop);
  const migrated = shop.everyone.filter((n) => n > 3 && n % 2 === 0);
  const writtenLater = migrated.slice(0, 3);
  for (const n of migrated) await shop.customers.table.put(badly(shop.customer(n)));
  const to = await momentIn(shop);
  for (const n of writtenLater) await shop.visit(n, badly(shop.customer(n)));
  await settled(shop);
  return { before, from, to, migrated, writtenLater, deletedCustomer, parkedCustomer, failedCustomer };
}

const badly = (customer: AttributeMap): AttributeMap => ({ ...customer, plan: { S: 'undefined' } });

/** Capture is denied one image: the batch is given up and parked. */
async function parkABatch(shop: Shop, n: number): Promise<void> {
  const { gateway } = shop.run.source;
  gateway.faults = ({ method, objectKey }) =>
    method === 'PUT' && objectKey.startsWith(`orders/customer-${n}/`) ? ACCESS_DENIED : undefined;
  await shop.orders.table.put({ ...shop.order(n, 1_000), status: { S: 'paid' } });
  await shop.orders.pump.drained();
  gateway.faults = () => undefined;
}

/** The destination refuses one replica, which S3 never tries again. */
async function failAReplica(shop: Shop, n: number): Promise<void> {
  const { gateway } = shop.run.destination;
  gateway.faults = ({ method, objectKey }) =>
    method === 'PUT' && objectKey.startsWith(`orders/customer-${n}/`) ? ACCESS_DENIED : undefined;
  await shop.orders.table.put({ ...shop.order(n, 1_001), status: { S: 'paid' } });
  await settled(shop);
  gateway.faults = () => undefined;
}

async function deleteCustomer(shop: Shop, n: number): Promise<void> {
  await shop.customers.table.delete({ id: { S: `customer-${n}` } });
}

async function settled({ run }: Shop): Promise<void> {
  await run.drained();
}

/** A moment between what was done and what comes: DynamoDB tells the time of a change to the second. */
async function momentIn(shop: Shop): Promise<string> {
  await settled(shop);
  const endOfSecondMs = Math.ceil((Date.now() + 1) / 1000) * 1000;
  await delay(endOfSecondMs - Date.now() + 1100);
  return new Date(endOfSecondMs).toISOString().replace('.000', '');
}
