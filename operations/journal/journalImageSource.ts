import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import { isImageKey, type TableLocation } from '../../core/objectKey';
import { flattened, pagesOf } from '../../core/steps';
import { servicePrefix } from '../../core/serviceKeys';
import type { ImageSource, WantedState } from '../images/imageSource';
import { inHashOrder, joinedPages, type Joined } from './hashStreams';
import { isJournalVersion, versionsOfItem, versionsOfLines } from './journalVersions';
import type { JournalReads } from './readObject';
import { Spool } from './spool';
import { TableJournal } from './tableJournal';

/**
 * A bucket as it is read whatever the layout: the images, and the changes of its journals as if they were images. Both may have the same
 * item, and the change order decides between them as it does between images, so a table may change its layout at any time.
 *
 * @param prefix of the settings: below it each table has a name, and its journal
 * @param memoryCharacters of a journal's text; what is more goes to temporary files
 */
export function withJournals(
  images: ImageSource,
  reads: JournalReads,
  prefix: string,
  memoryCharacters?: number,
): ImageSource {
  const journals = new Map<string, TableJournal>();
  const journalOf = (objectKey: string) => {
    const table = tableIn(prefix, objectKey);
    if (!table) return undefined;
    const known = journals.get(table.tableName) ?? new TableJournal(reads, table, memoryCharacters);
    journals.set(table.tableName, known);
    return known;
  };
  const versionOf = async (objectKey: string, versionId: string) => {
    const journal = journalOf(objectKey);
    const found = (await journal?.versionsOf(objectKey))?.find((version) => version.versionId === versionId);
    if (found?.image) return { ...found.image, storedAtMs: found.storedAtMs };
    journal?.explain(versionId);
    return undefined;
  };
  async function* pages(...[listed, signal, wanted]: Parameters<ImageSource['histories']>) {
    const journal = journalOf(listed);
    await journal?.look(signal);
    const listing = images.histories(listed, signal, wanted);
    if (!journal || journal.isEmpty) yield* pagesOf(listing);
    else if (journal.isInMemory) yield* pagesOf(mergedInMemory(listing, journal, listed));
    else yield* mergedInHashOrder(listing, journal, listed, wanted, signal);
  }
  return {
    ...images,
    histories: (listed, signal, wanted) => flattened(pages(listed, signal, wanted)),
    async history(objectKey) {
      const journal = isImageKey(objectKey) ? journalOf(objectKey) : undefined;
      const [history] = await Promise.all([images.history(objectKey), journal?.look()]);
      const versions = journal?.isEmpty === false ? await journal.versionsOf(objectKey) : [];
      return versions.length === 0 ? history : joined({ objectKey, versions }, history);
    },
    images: {
      async get(objectKey, versionId) {
        const found = versionId && isJournalVersion(versionId) ? await versionOf(objectKey, versionId) : undefined;
        return found ?? images.images.get(objectKey, versionId);
      },
      async head(objectKey, versionId) {
        const found = versionId && isJournalVersion(versionId) ? await versionOf(objectKey, versionId) : undefined;
        return found ?? images.images.head(objectKey, versionId);
      },
    },
    async close() {
      await Promise.all([images.close?.(), ...[...journals.values()].map((journal) => journal.close())]);
    },
  };
}

function tableIn(prefix: string, objectKey: string): TableLocation | undefined {
  if (!objectKey.startsWith(prefix) || objectKey.startsWith(servicePrefix(prefix))) return undefined;
  const [tableName = '', rest] = objectKey.slice(prefix.length).split('/', 2);
  return rest === undefined || tableName === '' ? undefined : { prefix, tableName };
}

async function* mergedInMemory(
  images: AsyncIterable<ObjectHistory>,
  journal: TableJournal,
  prefix: string,
): AsyncGenerator<ObjectHistory> {
  yield* journal.unreadableObjects(prefix);
  const waiting = new Map<string, readonly string[]>();
  for await (const part of journal.parts()) {
    for (const [objectKey, lines] of part) if (objectKey.startsWith(prefix)) waiting.set(objectKey, lines);
  }
  for await (const history of images) {
    const lines = waiting.get(history.objectKey);
    waiting.delete(history.objectKey);
    yield lines ? joined({ objectKey: history.objectKey, versions: versionsOfLines(lines) }, history) : history;
  }
  for (const [objectKey, lines] of waiting) yield { objectKey, versions: versionsOfLines(lines) };
}

/** Both sides by the hashes of the object keys, so that neither is ever held whole. What cannot be read shows on the way, and is told at the end. */
async function* mergedInHashOrder(
  images: AsyncIterable<ObjectHistory>,
  journal: TableJournal,
  prefix: string,
  wanted: WantedState | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly ObjectHistory[]> {
  const listing = new Spool();
  try {
    for await (const history of images) await listing.add(history.objectKey, JSON.stringify(history));
    for await (const page of joinedPages([inHashOrder(listing.all()), journal.items(wanted, signal)])) {
      yield page.filter(({ objectKey }) => objectKey.startsWith(prefix)).flatMap(historyOf);
    }
    yield journal.unreadableObjects(prefix);
  } finally {
    await listing.close();
  }
}

function historyOf({ objectKey, from: [listed, item] }: Joined): ObjectHistory[] {
  const history = listed?.lines[0] === undefined ? undefined : (JSON.parse(listed.lines[0]) as ObjectHistory);
  if (item) return [joined({ objectKey, versions: versionsOfItem(item) }, history)];
  return history ? [history] : [];
}

/** The images stay in the order in which S3 has them: the last one is what it shows, whenever that was stored. */
function joined(journal: ObjectHistory, images: ObjectHistory | undefined): ObjectHistory {
  if (!images) return journal;
  const waiting = [...journal.versions].reverse();
  const versions = images.versions.flatMap((image) => {
    const before: ObjectVersion[] = [];
    for (let next = waiting.at(-1); next && next.storedAtMs < image.storedAtMs; next = waiting.at(-1)) {
      before.push(next);
      waiting.pop();
    }
    return [...before, image];
  });
  return { ...images, versions: [...versions, ...waiting.reverse()] };
}
