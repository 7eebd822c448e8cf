import type { ObjectHistory } from '../../aws/objectVersions';
import { isImageKey } from '../../core/objectKey';
import type { ImageSource } from '../images/imageSource';
import { bothHistories, type BothHistories } from './bothHistories';
import type { Looking } from './chains';
import type { Difference, Places, Suspect } from './recheck';
import { walkBoth, walkDestination, type WalkedObject } from './walkHistory';

/** How the history of a table with a journal is walked through. */
export interface JournalWalk {
  readonly histories: AsyncIterable<ObjectHistory>;
  readonly walkObject: (objectKey: string, looking: Looking) => Promise<WalkedObject>;
}

/**
 * As the history of images is walked through, of what both buckets had when they were listed: what is wrong with it is looked at
 * again. What the source bucket keeps for some days only need not be whole there, so the chain is that of the destination, which has to
 * have whatever the source bucket has.
 *
 * @param sample the objects; undefined for all
 */
export function walkOfJournals(places: Places, prefix: string, sample?: readonly Suspect[]): JournalWalk {
  const listed = new Map<string, BothHistories>();
  const first: Places = {
    ...places,
    source: asListed(places.source, (objectKey) => listed.get(objectKey)?.source),
    destination: asListed(places.destination, (objectKey) => listed.get(objectKey)?.destination),
  };
  async function* histories(): AsyncGenerator<ObjectHistory> {
    for await (const both of sample ? ofSample(places, sample) : bothHistories(places, prefix)) {
      listed.set(both.objectKey, both);
      yield both.source ?? both.destination ?? { objectKey: both.objectKey, versions: [] };
    }
  }
  return {
    histories: histories(),
    async walkObject(objectKey, looking) {
      const isFirst = listed.has(objectKey);
      try {
        return await walked(isFirst ? first : places, objectKey, looking);
      } finally {
        listed.delete(objectKey);
      }
    },
  };
}

/** Has the first look at each object be at what was listed of it, and every later one at what there is: no object is listed by itself. */
export function firstAsListed(
  source: ImageSource,
  prefix: string,
  signal: AbortSignal,
): {
  readonly histories: AsyncIterable<ObjectHistory>;
  readonly look: <Seen>(objectKey: string, see: (source: ImageSource) => Promise<Seen>) => Promise<Seen>;
} {
  const listed = new Map<string, ObjectHistory>();
  async function* histories(): AsyncGenerator<ObjectHistory> {
    for await (const history of source.histories(prefix, signal)) {
      if (isImageKey(history.objectKey)) listed.set(history.objectKey, history);
      yield history;
    }
  }
  const first = asListed(source, (objectKey) => listed.get(objectKey));
  return {
    histories: histories(),
    async look(objectKey, see) {
      try {
        return await see(listed.has(objectKey) ? first : source);
      } finally {
        listed.delete(objectKey);
      }
    },
  };
}

async function* ofSample({ source, destination }: Places, sample: readonly Suspect[]): AsyncGenerator<BothHistories> {
  for (const { objectKey } of sample) {
    const [inSource, inDestination] = [await source.history(objectKey), await destination.history(objectKey)];
    yield {
      objectKey,
      ...(inSource && { source: inSource }),
      ...(inDestination && { destination: inDestination }),
    };
  }
}

function asListed(source: ImageSource, of: (objectKey: string) => ObjectHistory | undefined): ImageSource {
  return { ...source, history: (objectKey) => Promise.resolve(of(objectKey)) };
}

async function walked(places: Places, objectKey: string, looking: Looking): Promise<WalkedObject> {
  const both = await walkBoth(places, objectKey, looking);
  if (!places.sourceForgets) return both;
  const { versions = [] } = (await places.destination.history(objectKey)) ?? {};
  const known = new Set(versions.map(({ versionId }) => versionId));
  const alone = await walkDestination(places.destination, objectKey, { ...looking, known });
  const differences = both.differences.filter((one) => one.class !== 'brokenChain' || one.in !== 'source');
  const told = new Set(differences.map(whatIsWrong));
  const news = alone.differences.filter((one) => one.class === 'brokenChain' && !told.has(whatIsWrong(one)));
  return { ...both, differences: [...differences, ...news] };
}

function whatIsWrong({ class: name, in: bucket, versionIds = [] }: Difference): string {
  return [name, bucket, ...versionIds].join(' ');
}
