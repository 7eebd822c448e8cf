export interface Load {
  /** How many writes there were. */
  stop(): Promise<number>;
}

/** Writes, two writers at a time, until it is told to stop. */
export function underLoad(write: (writes: number) => Promise<unknown>): Load {
  let isStopped = false;
  let writes = 0;
  const writer = async () => {
    while (!isStopped) {
      await write(writes);
      writes += 1;
    }
  };
  const ended = Promise.all([writer(), writer()]);
  return {
    async stop() {
      isStopped = true;
      await ended;
      return writes;
    },
  };
}
