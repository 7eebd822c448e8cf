import { s3Archive } from '../../aws/archive';
import { s3ImageStore } from '../../aws/imageStore';
import {
  HistoryGrouping,
  s3VersionLister,
  type ListingMarker,
  type ObjectHistory,
  type VersionLister,
} from '../../aws/objectVersions';
import { parallelHistories } from '../../aws/parallelHistories';
import type { S3ClientSettings } from '../../aws/s3Client';
import type { ImageSource } from './imageSource';
import { withJournals } from '../journal/journalImageSource';
import { s3BytesStore } from '../../aws/bytesStore';

/** Reads a bucket: images and journals. `prefix` is that of the settings. */
export function s3ImageSource({ prefix, ...settings }: S3ClientSettings & BucketPlace): ImageSource {
  const lister = s3VersionLister(settings);
  const images = listedImageSource(lister, {
    // The storage class is for writing only; here nothing is written.
    images: s3ImageStore({ ...settings, largeImageStorageClass: 'STANDARD_IA' }),
    archive: s3Archive(settings),
  });
  return withJournals(images, { lister, bytes: s3BytesStore(settings) }, prefix);
}

/** Where a bucket keeps what the service stores. */
export interface BucketPlace {
  readonly bucket: string;
  readonly prefix: string;
}

/** The same over any listing of versions. */
export function listedImageSource(lister: VersionLister, reads: Pick<ImageSource, 'images' | 'archive'>): ImageSource {
  return {
    name: `s3://${lister.bucket}`,
    histories: (prefix, signal) => parallelHistories(lister, prefix, { signal }),
    async history(objectKey) {
      const histories: ObjectHistory[] = [];
      const grouping = new HistoryGrouping();
      for (let after: ListingMarker | undefined | null = undefined; after !== null;) {
        const page = await lister.page(objectKey, { after });
        // A longer key may begin with this one.
        const own = page.versions.filter((version) => version.objectKey === objectKey);
        const deleteMarkers = page.deleteMarkers?.filter((marker) => marker.objectKey === objectKey);
        histories.push(...grouping.add({ versions: own, deleteMarkers }));
        after = own.length === page.versions.length && page.next ? page.next : null;
      }
      return [...histories, ...grouping.rest()][0];
    },
    ...reads,
  };
}
