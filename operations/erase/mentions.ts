import type { VersionLister } from '../../aws/objectVersions';
import type { AttributeMap } from '../../core/attributeValue';
import { readParkedBatch, redrivenMarkerKey, UnreadableBatchError } from '../../core/parkedBatch';
import { reportsPrefix } from '../../core/serviceKeys';
import { parkedBatches } from '../redrive/parkedBatches';
import type { ErasePlanRequest } from './erasePlanRequest';

interface Mention {
  readonly objectKey: string;
  readonly is: 'report' | 'batch';
}

/** Reports about a table of which either form names one of the objects: both forms of it. */
export async function* reportsThatName(
  { table, reports: { lister, texts }, signal }: Pick<ErasePlanRequest, 'table' | 'reports' | 'signal'>,
  objectKeys: readonly string[],
): AsyncGenerator<Mention> {
  const patterns = objectKeys.map(asWhole);
  for (const kind of ['verify', 'drill'] as const) {
    const forms = new Map<string, string[]>();
    for await (const objectKey of keysBelow(lister, reportsPrefix(table, kind), signal)) {
      const name = objectKey.replace(/\.(json|html)$/, '');
      forms.set(name, [...(forms.get(name) ?? []), objectKey]);
    }
    for (const all of forms.values()) {
      signal.throwIfAborted();
      const read = await Promise.all(all.map((objectKey) => texts.read(objectKey)));
      if (!patterns.some((pattern) => read.some((text = '') => pattern.test(text)))) continue;
      for (const objectKey of all) yield { objectKey, is: 'report' };
    }
  }
}

/** A key in a text, and not a part of a longer one. */
function asWhole(objectKey: string): RegExp {
  return new RegExp(`(?<![\\w.~%/=-])${objectKey.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w~%/=-])`);
}

async function* keysBelow(lister: VersionLister, prefix: string, signal: AbortSignal): AsyncGenerator<string> {
  let after: { objectKey: string } | undefined;
  do {
    const page = await lister.page(prefix, { after, signal });
    for (const { objectKey } of page.versions) yield objectKey;
    after = page.next;
  } while (after);
}

const UNREADABLE =
  'it is no parked batch that can be read, and may hold a change of the item: look into it, and delete it by hand where it does';

const HIDDEN =
  'it is a parked batch under a delete marker, and its versions may hold a change of the item: delete all of them by hand, or remove the marker and erase again';

/** Parked batches with a change of one of the items. One that has not been applied holds changes of others, and is left. */
export async function* batchesThatName(
  {
    table,
    batches: { lister, texts },
    signal,
    onLeft,
  }: Pick<ErasePlanRequest, 'table' | 'batches' | 'signal' | 'onLeft'>,
  isNamed: (keys: AttributeMap) => boolean,
): AsyncGenerator<Mention> {
  for await (const { objectKey, isRedriven, hiddenBy } of parkedBatches(lister, signal)) {
    if (hiddenBy) {
      onLeft({ in: 'source', objectKey, why: 'unclear', reason: HIDDEN });
      continue;
    }
    const text = await texts.read(objectKey);
    const batch = batchIn(text);
    if (text !== undefined && !batch) onLeft({ in: 'source', objectKey, why: 'unclear', reason: UNREADABLE });
    if (batch?.tableName !== table.tableName) continue;
    if (!batch.records.some(({ dynamodb }) => isOfNamed(dynamodb?.Keys, isNamed))) continue;
    if (isRedriven) {
      yield { objectKey, is: 'batch' };
      yield { objectKey: redrivenMarkerKey(objectKey), is: 'batch' };
    } else {
      const reason =
        'it has a change of the item, and changes that have not been applied: dcs redrive, then erase again';
      onLeft({ in: 'source', objectKey, why: 'notRedriven', reason });
    }
  }
}

function isOfNamed(keys: unknown, isNamed: (keys: AttributeMap) => boolean): boolean {
  try {
    return keys !== undefined && isNamed(keys as AttributeMap);
  } catch {
    return false;
  }
}

function batchIn(text: string | undefined) {
  try {
    return text === undefined ? undefined : readParkedBatch(text);
  } catch (error) {
    if (error instanceof UnreadableBatchError) return undefined;
    throw error;
  }
}
