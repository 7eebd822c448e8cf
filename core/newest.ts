import { compareChanges } from './changePosition';
import type { ImageHeader } from './image';

/** An image, or whatever stands for one, with its place in the change order. */
export interface Placed {
  readonly header: Pick<ImageHeader, 'position'>;
}

/** The image of the newest change; of one change given twice, the copy that comes last. Undefined for no images. */
export function newestOf<Image extends Placed>(images: readonly Image[]): Image | undefined {
  return images.reduce<Image | undefined>((best, image) => (best && isBefore(image, best) ? best : image), undefined);
}

/** The image of the oldest change; of one change given twice, the copy that comes first. Undefined for no images. */
export function oldestOf<Image extends Placed>(images: readonly Image[]): Image | undefined {
  return images.reduce<Image | undefined>((best, image) => (!best || isBefore(image, best) ? image : best), undefined);
}

function isBefore(a: Placed, b: Placed): boolean {
  return compareChanges(a.header.position, b.header.position) < 0;
}
