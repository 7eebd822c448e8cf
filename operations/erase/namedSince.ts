import type { AttributeMap } from '../../core/attributeValue';
import { objectKeyOf } from '../../core/objectKey';
import type { ErasedObject } from './erasePlan';
import type { ErasePlanRequest } from './erasePlanRequest';
import { batchesThatName, reportsThatName } from './mentions';

/** The items whose histories a plan is about, each once. */
export function itemsOf(plan: readonly ErasedObject[]): AttributeMap[] {
  return [...new Map(plan.flatMap(({ objectKey, keys }) => (keys ? [[objectKey, keys] as const] : []))).values()];
}

/** Tells which reports and parked batches name the items of a kept plan and are not in it. */
export async function tellNamedSince(
  request: Pick<ErasePlanRequest, 'table' | 'reports' | 'batches' | 'signal' | 'onLeft'>,
  plan: readonly ErasedObject[],
): Promise<void> {
  const { table, onLeft } = request;
  const planned = new Set(plan.map(({ in: side, objectKey }) => `${side} ${objectKey}`));
  const items = new Set(plan.filter(({ is }) => is === 'history').map(({ objectKey }) => objectKey));
  const isNamed = (keys: AttributeMap) => items.has(objectKeyOf(table, table.keySchema, keys));
  const found = { destination: reportsThatName(request, [...items]), source: batchesThatName(request, isNamed) };
  for (const side of ['source', 'destination'] as const) {
    for await (const { objectKey } of found[side]) {
      if (planned.has(`${side} ${objectKey}`)) continue;
      const reason = 'it names the item, and the plan does not have it; make the plan again';
      onLeft({ in: side, objectKey, why: 'appeared', reason });
    }
  }
}
