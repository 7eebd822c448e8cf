import { beforeNextTry, patiently } from '../../operations/patiently';

const request = (tries: number, mayPass = (error: unknown) => (error as Error).message === 'passing') => {
  const pausesMs: number[] = [];
  const ending = new AbortController();
  const pause = (ms: number) => Promise.resolve(void pausesMs.push(ms));
  return { patience: { signal: ending.signal, pause, tries, mayPass }, pausesMs, ending };
};

/** Fails with each of these errors in turn, and answers then. */
const failing = (...errors: readonly string[]) => {
  const left = [...errors];
  return () => {
    const error = left.shift();
    return error === undefined ? Promise.resolve('answer') : Promise.reject(new Error(error));
  };
};

test('what passes is waited for, longer each time', async () => {
  const { patience, pausesMs } = request(4);
  expect(await patiently(patience, failing('passing', 'passing', 'passing'))).toBe('answer');
  expect(pausesMs).toHaveLength(3);
  for (const [at, ms] of pausesMs.entries()) {
    expect(ms).toBeGreaterThanOrEqual(25 * 2 ** at);
    expect(ms).toBeLessThanOrEqual(50 * 2 ** at);
  }
});

test('as many calls as were said are made, and the last error is told', async () => {
  const { patience, pausesMs } = request(2);
  await expect(patiently(patience, failing('passing', 'passing', 'passing'))).rejects.toThrow('passing');
  expect(pausesMs).toHaveLength(1);
});

test('what does not pass is told at once', async () => {
  const { patience, pausesMs } = request(4);
  await expect(patiently(patience, failing('for good'))).rejects.toThrow('for good');
  expect(pausesMs).toEqual([]);
});

test('who ends it is told of that, not of the error', async () => {
  const { patience, ending } = request(4);
  ending.abort(new Error('ended'));
  await expect(beforeNextTry(patience, new Error('passing'), 1)).rejects.toThrow('ended');
});
