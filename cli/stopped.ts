/**
 * What Ctrl-C leaves of a command's work. `continues`: what was done stays, and the same command does the rest. `startsAnew`:
 * nothing is half done. `goesOn`: the work is done elsewhere, and was only looked at. `ends`: it runs until it is stopped.
 */
export type Stopped = 'continues' | 'startsAnew' | 'goesOn' | 'ends';
