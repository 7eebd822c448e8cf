/** Marks text by what it means. On anything but a terminal, and with NO_COLOR set, text stays as it is. */
export interface Colours {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const SGR = { good: 32, bad: 31, doubtful: 33, dim: 2, bold: 1 } as const;

/** https://no-color.org: any value that is not empty switches colours off. */
export function coloursFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Colours {
  const isOn = stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  const paint = (code: number) => (text: string) => (isOn ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    good: paint(SGR.good),
    bad: paint(SGR.bad),
    doubtful: paint(SGR.doubtful),
    dim: paint(SGR.dim),
    bold: paint(SGR.bold),
  };
}
