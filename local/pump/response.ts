/** What became of the records of one invocation. */
export type BatchOutcome =
  | { readonly kind: 'success' }
  /** Records before this index are done; it and the ones after it are not. */
  | { readonly kind: 'partial'; readonly firstFailed: number }
  | { readonly kind: 'failure'; readonly reason: string; readonly functionError?: 'Unhandled' };

/**
 * Reads a function's response as Lambda does with ReportBatchItemFailures: nothing, or no failures, is success; failures
 * that cannot be understood fail the whole batch; otherwise the lowest sequence number is the checkpoint, and every
 * record from it on is delivered again, also those after it that the function had done.
 */
export function interpretResponse(response: unknown, sequenceNumbers: readonly string[]): BatchOutcome {
  if (response === null || response === undefined) return { kind: 'success' };
  if (typeof response !== 'object') return failure(`the response is ${JSON.stringify(response)}, not an object`);
  const { batchItemFailures: failures } = response as { batchItemFailures?: unknown };
  if (failures === null || failures === undefined) return { kind: 'success' };
  if (!Array.isArray(failures)) return failure(`batchItemFailures is ${JSON.stringify(failures)}, not a list`);
  if (failures.length === 0) return { kind: 'success' };

  // A batch is in stream order: the lowest index is the lowest sequence number.
  const indexOf = new Map(sequenceNumbers.map((sequenceNumber, index) => [sequenceNumber, index]));
  let firstFailed = sequenceNumbers.length;
  for (const entry of failures as unknown[]) {
    const itemIdentifier = (entry as { itemIdentifier?: unknown } | null)?.itemIdentifier;
    const index = typeof itemIdentifier === 'string' ? indexOf.get(itemIdentifier) : undefined;
    if (index === undefined) return failure(`${JSON.stringify(entry)} names no record of the batch`);
    firstFailed = Math.min(firstFailed, index);
  }
  return { kind: 'partial', firstFailed };
}

function failure(reason: string): BatchOutcome {
  return { kind: 'failure', reason };
}
