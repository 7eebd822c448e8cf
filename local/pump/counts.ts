/** What a pump has done so far. Records read = delivered + parked + discarded + those still under way. */
export interface PumpCounts {
  recordsRead: number;
  recordsDelivered: number;
  recordsParked: number;
  /** Given up without an on-failure destination to park them in. */
  recordsDiscarded: number;
  batchesParked: number;
  parkFailures: number;
  invocations: number;
  /** Function errors, time-outs, and responses that fail the whole batch. */
  failedInvocations: number;
  /** Responses with a checkpoint inside the batch. */
  partialInvocations: number;
  retries: number;
  /** Bisections: in halves, or at a checkpoint. */
  splits: number;
}

export function zeroCounts(): PumpCounts {
  return {
    recordsRead: 0,
    recordsDelivered: 0,
    recordsParked: 0,
    recordsDiscarded: 0,
    batchesParked: 0,
    parkFailures: 0,
    invocations: 0,
    failedInvocations: 0,
    partialInvocations: 0,
    retries: 0,
    splits: 0,
  };
}
