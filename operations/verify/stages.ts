/** What a verify does one after the other; a stage may be left out. */
export type VerifyStage = 'list' | 'scan' | 'journal' | 'settle' | 'repair' | 'history';

/** Told what happens, as it happens. */
export interface StageWatch {
  /**
   * @param total of how many it is, where that is known: items by DynamoDB's own count for `scan`, items that differ for
   *   `settle` and `repair`
   */
  readonly onStage?: (stage: VerifyStage, total?: number) => void;
  /** So many more of this stage: objects listed, items, versions read. */
  readonly onDone?: (count: number) => void;
}
