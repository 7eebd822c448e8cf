import { backoffMs } from '../../aws/backoff';
import { RejectedWriteError, type BatchTable, type WriteOperation } from '../../aws/batchTable';
import { untilNoneLeft } from '../../aws/untilNoneLeft';
import type { AttributeMap } from '../../core/attributeValue';
import { ITEM_OF_TEXT, type ItemText } from '../../core/itemText';
import type { Pause } from '../pace';
import type { Write } from './plan';

/** An action that DynamoDB refuses for good, and why. */
export interface RejectedWrite {
  readonly write: Write;
  readonly reason: string;
}

interface ApplyContext {
  readonly target: Pick<BatchTable, 'write'>;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  /** Told how many operations DynamoDB has left unprocessed. */
  readonly onThrottled?: (operations: number) => void;
}

/**
 * Carries out up to 25 actions on different items. What DynamoDB leaves unprocessed is sent again, with growing pauses,
 * until it is done. Where it refuses the batch because of an item in it, the others are written without that item.
 *
 * @returns the actions that were refused
 */
export async function applyWrites(context: ApplyContext, writes: readonly Write[]): Promise<RejectedWrite[]> {
  try {
    await writeUntilDone(context, writes.map(operationOf));
    return [];
  } catch (error) {
    if (!(error instanceof RejectedWriteError)) throw error;
    const [only, ...others] = writes;
    if (only && others.length === 0) return [{ write: only, reason: error.message }];
    const half = Math.ceil(writes.length / 2);
    return [
      ...(await applyWrites(context, writes.slice(0, half))),
      ...(await applyWrites(context, writes.slice(half))),
    ];
  }
}

async function writeUntilDone(context: ApplyContext, operations: WriteOperation[]): Promise<void> {
  const { target, signal, pause, onThrottled } = context;
  await untilNoneLeft(
    operations,
    (left) => {
      signal.throwIfAborted();
      return target.write(left);
    },
    async (inVain, left) => {
      onThrottled?.(left);
      // Some progress means that pauses are long enough.
      await pause(backoffMs(Math.max(1, inVain)), signal);
    },
  );
}

function operationOf(write: Write): WriteOperation {
  if (write.do === 'delete') return { delete: write.keys };
  return write.text ? new PutOfText(write.text) : { put: write.item };
}

/** An item that is parsed when somebody asks for it. */
class PutOfText {
  declare readonly put: AttributeMap;
  readonly #text: ItemText;

  constructor(text: ItemText) {
    this.#text = text;
    Object.defineProperty(this, 'put', ITEM_OF_TEXT);
  }

  get text(): ItemText {
    return this.#text;
  }
}
