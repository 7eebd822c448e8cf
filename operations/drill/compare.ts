import { BATCH_GET_KEYS, type BatchTable } from '../../aws/batchTable';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { itemDigest } from '../../core/image';
import { KeySet } from '../../core/keySet';
import { inBatches, mapInParallel } from '../../core/mapInParallel';
import { keysOf, objectKeyOf, type KeySchema, type TableLocation } from '../../core/objectKey';
import { scanned } from '../restore/plan';

/** An item that the restored and the live table hold differently, so far. */
export interface Suspect {
  readonly objectKey: string;
  readonly keys: AttributeMap;
  /** Digest of the restored item's state. */
  readonly restored: string;
}

export interface CompareRequest {
  readonly table: TableLocation & { readonly keySchema: KeySchema };
  readonly restored: Pick<BatchTable, 'getBatch' | 'scan'>;
  readonly live: Pick<BatchTable, 'getBatch' | 'scan'>;
  readonly signal: AbortSignal;
  /** One more item has been looked at. */
  readonly onCompared: () => void;
}

const BATCHES = 8;

/**
 * Every item of both tables. The live table is read by a scan and the restored one by key; what the scan did not show is
 * found by a scan of the restored table. Takes 20 to 30 bytes for each item of the live table.
 */
export async function* suspectsOfAll(request: CompareRequest): AsyncGenerator<Suspect> {
  const { live, restored, onCompared } = request;
  const liveKeys = new KeySet();
  for await (const pairs of pairsOf(request, scanned(live), restored)) {
    for (const { objectKey, keys, scannedDigest, otherDigest } of pairs) {
      liveKeys.add(objectKey);
      onCompared();
      if (scannedDigest !== otherDigest) yield { objectKey, keys, restored: otherDigest };
    }
  }
  for await (const item of scanned(restored)) {
    request.signal.throwIfAborted();
    const suspect = { ...namesOf(request, item), restored: itemDigest(item) };
    if (liveKeys.has(suspect.objectKey)) continue;
    onCompared();
    yield suspect;
  }
}

/** The items of a sample, each by its key: those that were restored, and those that were not there at the moment. */
export async function* suspectsOfSample(
  request: CompareRequest,
  absent: AsyncIterable<AttributeMap>,
): AsyncGenerator<Suspect> {
  const { live, restored, onCompared } = request;
  for await (const pairs of pairsOf(request, scanned(restored), live)) {
    for (const { objectKey, keys, scannedDigest, otherDigest } of pairs) {
      onCompared();
      if (scannedDigest !== otherDigest) yield { objectKey, keys, restored: scannedDigest };
    }
  }
  for await (const keys of inBatches(absent, BATCH_GET_KEYS)) {
    keys.forEach(onCompared);
    for (const item of await live.getBatch(keys)) yield { ...namesOf(request, item), restored: itemDigest(undefined) };
  }
}

interface Pair extends Pick<Suspect, 'objectKey' | 'keys'> {
  readonly scannedDigest: string;
  readonly otherDigest: string;
}

function pairsOf(
  request: CompareRequest,
  items: AsyncIterable<AttributeMap>,
  other: Pick<BatchTable, 'getBatch'>,
): AsyncGenerator<Pair[]> {
  return mapInParallel(inBatches(items, BATCH_GET_KEYS), BATCHES, async (batch) => {
    request.signal.throwIfAborted();
    const names = batch.map((item) => namesOf(request, item));
    const found = await other.getBatch(names.map(({ keys }) => keys));
    const byKeys = new Map(found.map((item) => [canonicalItem(keysOf(request.table.keySchema, item)), item]));
    return names.map((named, i) => ({
      ...named,
      scannedDigest: itemDigest(batch[i]),
      otherDigest: itemDigest(byKeys.get(canonicalItem(named.keys))),
    }));
  });
}

function namesOf({ table }: CompareRequest, item: AttributeMap): Pick<Suspect, 'objectKey' | 'keys'> {
  const keys = keysOf(table.keySchema, item);
  return { keys, objectKey: objectKeyOf(table, table.keySchema, keys) };
}
