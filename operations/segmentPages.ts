import { backoffMs } from '../aws/backoff';
import type { ScanPage } from '../aws/tableScan';
import type { AttributeMap } from '../core/attributeValue';
import type { Pause } from './pace';

export interface SegmentReading {
  /** Reads the page after these keys; undefined: the first one. */
  readonly read: (after: AttributeMap | undefined) => Promise<ScanPage | 'throttled'>;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  /** Told of each time that DynamoDB was throttling. */
  readonly onThrottled?: () => void;
}

/** The pages of one segment of a table, each read when it is asked for, and again for as long as it is throttled. */
export async function* segmentPages({ read, signal, pause, onThrottled }: SegmentReading): AsyncGenerator<ScanPage> {
  let [after, attempt] = [undefined as AttributeMap | undefined, 0];
  for (;;) {
    const page = await read(after);
    if (page === 'throttled') {
      onThrottled?.();
      await pause(backoffMs(++attempt), signal);
      continue;
    }
    attempt = 0;
    yield page;
    if (!page.next) return;
    after = page.next;
  }
}
