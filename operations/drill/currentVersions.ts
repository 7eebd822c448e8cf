import { inParallel } from '../../core/inParallel';
import { decidingNow } from '../images/newestImage';
import { whyNotCurrent } from '../images/whyNotCurrent';
import { whyUnreadable } from '../images/whyUnreadable';
import { lookAgain } from '../lookAgain';
import type { Difference } from './findings';
import type { SettleRequest } from './settle';

const [LOOKS, POLL_MS] = [16, 2_000];

/**
 * Objects that S3 does not show as what was restored from them: as long as lifecycle removes what is not current, the copy
 * is about to say something else. Looked at until they had the time to become right.
 *
 * @param objectKeys those that were seen to be so
 */
export async function lookAtCurrent(
  request: Omit<SettleRequest, 'live' | 'restored' | 'momentMs'>,
  objectKeys: Iterable<string>,
): Promise<void> {
  const { findings, nowMs, waitMs } = request;
  const sinceMs = nowMs();
  const open = [...objectKeys].map((objectKey): Open => ({ objectKey, sinceMs, reason: '' }));
  const look = async (again: readonly Open[]) => {
    const left: Open[] = [];
    await inParallel(again, LOOKS, async (one) => {
      request.signal.throwIfAborted();
      const reason = await whyWrong(request, one.objectKey);
      if (reason !== undefined) left.push({ ...one, reason });
    });
    return left;
  };
  const stood = await lookAgain(open, { look, settleMs: waitMs, pausesMs: [POLL_MS], clock: request });
  for (const { objectKey, reason } of stood)
    findings.add({ kind: 'notCurrent', objectKey, reason } satisfies Difference);
}

interface Open {
  readonly objectKey: string;
  readonly sinceMs: number;
  readonly reason: string;
}

async function whyWrong({ source }: Pick<SettleRequest, 'source'>, objectKey: string): Promise<string | undefined> {
  const history = await source.history(objectKey);
  if (!history) return undefined;
  try {
    const why = whyNotCurrent(history, await decidingNow(source, history.versions));
    return why?.isSameState ? undefined : why?.reason;
  } catch (error) {
    // The restore has told of it.
    if (whyUnreadable(error) === undefined) throw error;
    return undefined;
  }
}
