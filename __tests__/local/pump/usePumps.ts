import { FakeStream } from './fakeStream';
import { ManualClock } from './manualClock';
import { pumpUnderTest, type PumpUnderTest, type TestFunction } from './pumpUnderTest';

/** The clock and the stream of the test that is running. */
export let clock: ManualClock;
export let stream: FakeStream;
let started: PumpUnderTest[];

/** Every test of the file has a clock and a stream of its own, and ends with a pump that stops and leaves nothing behind. */
export function usePumps(): void {
  beforeEach(() => {
    startOver();
    started = [];
  });
  afterEach(async () => {
    for (const { pump } of started) if (!pump.failure) await clock.through(pump.stop());
    expect(clock.isIdle).toBe(true);
  });
}

/** For each run of a property: a new clock, and a stream with these records in its one shard. */
export function startOver(recordIds: readonly string[] = []): void {
  clock = new ManualClock();
  stream = new FakeStream().addShard('shard-1').append('shard-1', recordIds, clock.now());
}

export async function start(...rest: DropTwo<Parameters<typeof pumpUnderTest>>): Promise<PumpUnderTest> {
  const underTest = await pumpUnderTest(stream, clock, ...rest);
  started.push(underTest);
  return underTest;
}
type DropTwo<List extends unknown[]> = List extends [unknown, unknown, ...infer Rest] ? Rest : never;

export const throwOn =
  (...poison: string[]): TestFunction =>
  (batch) => {
    if (batch.some((id) => poison.includes(id))) throw new Error('poison');
  };
