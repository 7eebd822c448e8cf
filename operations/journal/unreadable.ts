/** Something of a journal that nobody can read: any item may have a change in it. */
export interface Unreadable {
  readonly storedAtMs: number;
  readonly reason: string;
  /** Where it is about the reader, perhaps. */
  readonly cause?: unknown;
}
