const LONGEST = 80;

/** What came from outside, for a message: as JSON and not too long. Nothing is too odd, or too deep, to be told of. */
export function quoted(value: unknown): string {
  const shown = jsonOf(value);
  if (shown === undefined) return String(value);
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return 'something too deep to be shown';
  }
}
