/** The candidate that is at most two typing errors away, if there is one. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, errors: typingErrors(word, candidate) }))
    .sort((a, b) => a.errors - b.errors);
  return best && best.errors <= 2 ? best.candidate : undefined;
}

/** Levenshtein distance: letters to add, drop or change. */
function typingErrors(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const [above = 0, left = 0, diagonal = 0] = [row[j], next[j - 1], row[j - 1]];
      next.push(Math.min(above + 1, left + 1, diagonal + (a[i] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
