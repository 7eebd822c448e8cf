import { HistoryGrouping, type ListingMarker, type ObjectHistory } from '../../../aws/objectVersions';
import type { ImageSource } from '../../images/imageSource';
import type { JournalReads } from '../readObject';

/** A bucket as far as a table's definition is read from it. */
export function definitionSource({ lister, bytes }: JournalReads): Pick<ImageSource, 'history' | 'images'> {
  const get = async (objectKey: string, versionId?: string) => {
    const { bytes: body, ...rest } = await bytes.get(objectKey, { versionId });
    return { body: body.toString('utf8'), ...rest };
  };
  return {
    images: { get, head: get },
    async history(objectKey) {
      const grouping = new HistoryGrouping();
      const found: ObjectHistory[] = [];
      for (let after: ListingMarker | undefined | null; after !== null;) {
        const page = await lister.page(objectKey, { after });
        found.push(...grouping.add(page));
        after = page.next ?? null;
      }
      return [...found, ...grouping.rest()].find((history) => history.objectKey === objectKey);
    },
  };
}
