/** 1234567 as 1,234,567. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** A number with its noun: "1 item", "2,000 items". */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${count(number)} ${number === 1 ? noun : plural}`;
}

/** Milliseconds in the two units that matter: "850 ms", "12 s", "3 min 20 s", "2 h 5 min". */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d${hours % 24 === 0 ? '' : ` ${hours % 24} h`}`;
}

/** Bytes in powers of 1,024: "512 B", "1.5 MB". */
export function bytes(number: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let [size, unit] = [number, 0];
  while (size >= 1_024 && unit < units.length - 1) [size, unit] = [size / 1_024, unit + 1];
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit] ?? 'B'}`;
}

/** A moment as this project states it: UTC, to the second, with milliseconds only where there are some. */
export function utc(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** A moment for people, where the end of a second stands for that second. */
export function secondOf(ms: number): string {
  return utc(ms).replace('.999Z', 'Z');
}

/** Which state of a table, for people: that of a moment, or, for Infinity, the newest. */
export function asOfWords(momentMs: number): string {
  return momentMs === Infinity ? 'as the newest images say' : `as of ${secondOf(momentMs)}`;
}
