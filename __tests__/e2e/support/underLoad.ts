export interface Load {
  /** Ends it, once there were so many writes as the test counts on. */
  stop(): Promise<void>;
}

/**
 * Writes, two writers at a time, until it is told to stop.
 *
 * @param atLeast writes, however slow the machine is
 */
export function underLoad(atLeast: number, write: (writes: number) => Promise<unknown>): Load {
  let isStopped = false;
  let writes = 0;
  const writer = async () => {
    while (!isStopped || writes < atLeast) {
      await write(writes);
      writes += 1;
    }
  };
  const ended = Promise.all([writer(), writer()]);
  return {
    async stop() {
      isStopped = true;
      await ended;
    },
  };
}
