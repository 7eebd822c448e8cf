import type { Archive } from '../../aws/archive';
import type { ImageStore } from '../../aws/imageStore';
import type { ObjectHistory } from '../../aws/objectVersions';

/** Where images are read from: a bucket of either account, or a downloaded copy. */
export interface ImageSource {
  /** For people: `s3://bucket`, or the folder. */
  readonly name: string;
  /** Every object below a prefix, in no order. */
  histories(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectHistory>;
  /** One object; undefined when it has no version. */
  history(objectKey: string): Promise<ObjectHistory | undefined>;
  readonly images: Pick<ImageStore, 'get' | 'head'>;
  /** Undefined where nothing is ever archived. */
  readonly archive?: Archive;
  /** Where something has to be closed at the end. */
  close?(): Promise<void>;
}
