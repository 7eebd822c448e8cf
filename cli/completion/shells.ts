export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What a shell completes by itself. */
export const [FILES, FOLDERS] = [':files', ':folders'];
