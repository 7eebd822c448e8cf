/** Object keys after one key, up to and with another one; without an end, all that follow. */
export interface KeyRange {
  readonly after: string;
  readonly upTo?: string;
}

/** Byte order of UTF-8, in which S3 lists keys. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** What object keys of images are made of, in the order of a listing. */
const ALPHABET = '%-./0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~'.match(/./g) ?? [];

/**
 * A key that cuts a range in two: at the first character after `prefix` where its keys can still differ, in the middle
 * of what that character can be. Whatever the keys look like, cutting again and again soon cuts between them: a half
 * that turns out empty has cost one request and halved what is left.
 *
 * Keys of another alphabet lie in one of the halves like all others. Undefined when there is nothing left to cut.
 */
export function middleOf({ after, upTo }: KeyRange, prefix: string): string | undefined {
  for (let at = prefix.length; at < after.length; at++) {
    const head = after.slice(0, at);
    const low = after[at] ?? '';
    const isBounded = upTo?.startsWith(head) ?? false;
    const high = isBounded ? (upTo?.[at] ?? '') : undefined;
    const highIsKey = upTo !== undefined && upTo.length > at + 1;
    const between = ALPHABET.filter(
      (letter) => letter > low && (high === undefined || letter < high || (letter === high && highIsKey)),
    );
    const middle = between[Math.floor((between.length - 1) / 2)];
    if (middle !== undefined) return head + middle;
  }
  return undefined;
}
