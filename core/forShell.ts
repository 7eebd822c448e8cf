/** One word of a command as a POSIX shell takes it: as it is where it needs no quotes. */
export function forShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
