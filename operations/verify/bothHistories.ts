import type { ObjectHistory } from '../../aws/objectVersions';
import { isImageKey } from '../../core/objectKey';
import { Spool } from '../journal/spool';
import type { Bucket } from './digestIndex';
import type { Places } from './recheck';

/** What the two buckets have of an object: in one of them at least. */
export type BothHistories = { readonly objectKey: string } & Readonly<Partial<Record<Bucket, ObjectHistory>>>;

/**
 * The whole history of every object in both buckets, for where one object by itself costs a look through a whole journal. Each bucket
 * is listed once; what does not go into the memory is in temporary files, a part of the objects at a time.
 */
export async function* bothHistories(
  places: Pick<Places, Bucket | 'signal'>,
  prefix: string,
): AsyncGenerator<BothHistories> {
  const spools = { source: new Spool(), destination: new Spool() };
  const fill = async (bucket: Bucket) => {
    for await (const history of places[bucket].histories(prefix, places.signal)) {
      if (isImageKey(history.objectKey)) await spools[bucket].add(history.objectKey, JSON.stringify(history));
    }
  };
  try {
    await Promise.all([fill('source'), fill('destination')]);
    const destinations = spools.destination.all();
    for await (const inSource of spools.source.all()) {
      const next = await destinations.next();
      const inDestination: typeof inSource = next.done ? new Map() : next.value;
      for (const objectKey of new Set([...inSource.keys(), ...inDestination.keys()])) {
        const [source, destination] = [historyIn(inSource, objectKey), historyIn(inDestination, objectKey)];
        yield { objectKey, ...(source && { source }), ...(destination && { destination }) };
      }
    }
  } finally {
    await Promise.all(Object.values(spools).map((spool) => spool.close()));
  }
}

function historyIn(part: ReadonlyMap<string, readonly string[]>, objectKey: string): ObjectHistory | undefined {
  const [text] = part.get(objectKey) ?? [];
  return text === undefined ? undefined : (JSON.parse(text) as ObjectHistory);
}
