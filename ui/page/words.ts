export const KINDS = { added: 'created', removed: 'deleted', changed: 'changed' } as const;

/** 1234567 as 1,234,567. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${count(number)} ${number === 1 ? noun : plural}`;
}

/** Seconds in the two units that matter: "12 s", "3 min 20 s", "2 h 5 min", "4 d". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const largest = units.findIndex(([each]) => whole >= each);
  if (largest === -1) return '0 s';
  const [[size, unit] = [1, 's'], next] = [units[largest], units[largest + 1]];
  const rest = next && Math.floor((whole % size) / next[0]);
  return `${Math.floor(whole / size)} ${unit}${next && rest ? ` ${rest} ${next[1]}` : ''}`;
}

export function ago(atMs: number, nowMs: number | null): string {
  return nowMs === null ? '' : `${duration((nowMs - atMs) / 1_000)} ago`;
}

/** A command with what every command here needs besides. */
export function commandOf(words: readonly string[], options: string): string {
  return ['npx dcs', ...words, options].filter((word) => word !== '').join(' ');
}
