import type { Archive } from '../../aws/archive';
import type { ImageStore } from '../../aws/imageStore';
import type { ObjectHistory } from '../../aws/objectVersions';

/** Which state of its items somebody asks for. */
export interface WantedState {
  /** Epoch milliseconds; Infinity for the newest state. */
  readonly momentMs: number;
  /** Versions that S3 received later than this are passed over, whatever they say of themselves. */
  readonly storedByMs?: number;
  /** When the table was created, where there was another one of its name before: images of that are passed over. */
  readonly createdAtMs?: number;
}

/** Where images are read from: a bucket of either account, or a downloaded copy. */
export interface ImageSource {
  /** For people: `s3://bucket`, or the folder. */
  readonly name: string;
  /**
   * Every object below a prefix, in no order.
   *
   * @param wanted nothing but this state of each item is asked for: of what came before it a source may leave out what does not
   * decide. Undefined: whole histories
   */
  histories(prefix: string, signal?: AbortSignal, wanted?: WantedState): AsyncIterable<ObjectHistory>;
  /** One object; undefined when it has no version. */
  history(objectKey: string): Promise<ObjectHistory | undefined>;
  readonly images: Pick<ImageStore, 'get' | 'head'>;
  /** Undefined where nothing is ever archived. */
  readonly archive?: Archive;
  /** It holds a part of the table alone, chosen by these options: what is not in it may be in the table. */
  readonly part?: string;
  /** Where something has to be closed at the end. */
  close?(): Promise<void>;
}
