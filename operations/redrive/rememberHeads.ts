import type { ImageSource } from '../images/imageSource';

type Source = Pick<ImageSource, 'history' | 'images'>;

/**
 * The same source, reading the header of each version once. A version never changes, and every look at an item that is
 * changed all the time would else read more of them, until no look is done before the next change.
 *
 * For the versions of one item: what is remembered grows with them.
 */
export function rememberHeads(source: Source): Source {
  const { images } = source;
  const heads = new Map<string, ReturnType<Source['images']['head']>>();
  return {
    history: (objectKey) => source.history(objectKey),
    images: {
      get: images.get.bind(images),
      head(objectKey, versionId) {
        if (versionId === undefined) return images.head(objectKey);
        const known = heads.get(versionId);
        if (known) return known;
        const head = images.head(objectKey, versionId);
        heads.set(versionId, head);
        head.catch(() => heads.delete(versionId));
        return head;
      },
    },
  };
}
