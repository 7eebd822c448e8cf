import fc from 'fast-check';
import { S3Error } from '../../../aws/s3Error';
import { readJournal } from '../../../core/journal/journalObject';
import { recordImage, type StreamRecord } from '../../../core/streamRecord';
import { attemptsOf, nextStep, type Attempt } from '../../../local/pump/attempt';
import { interpretResponse, type BatchOutcome } from '../../../local/pump/response';
import { captureJournal, type CaptureJournalContext } from '../../../lambda/capture/captureJournal';
import { sequenceNumber, userRecord, USERS } from '../../fixtures/streamRecords';
import { MemoryBucket } from '../../support/memoryBucket';

const NEVER = new AbortController().signal;
const NOW = Date.UTC(2026, 10, 27, 9, 30);

const change = (n: number, id = `u${n % 7}`) =>
  userRecord({ id, sequenceNumber: sequenceNumber(n), from: {}, to: { n: { N: String(n) } } });
const poison = (n: number): StreamRecord => ({ ...change(n), eventName: 'UNKNOWN' });

interface Tested extends CaptureJournalContext {
  readonly bucket: MemoryBucket;
  readonly failures: [StreamRecord, unknown][];
}

function contextFor(journal?: CaptureJournalContext['journal']): Tested {
  const bucket = new MemoryBucket(NOW);
  const failures: Tested['failures'] = [];
  return {
    bucket,
    failures,
    table: USERS,
    journal: journal ?? bucket.bytes,
    nowMs: () => NOW,
    onFailure: (record, reason) => void failures.push([record, reason]),
  };
}

/** Sequence numbers in the objects of the journal, an object a list. */
async function stored({ bucket }: Tested): Promise<(string | undefined)[][]> {
  return Promise.all(
    bucket.keys().map(async (objectKey) => {
      const { bytes } = await bucket.bytes.get(objectKey);
      return readJournal(USERS, objectKey, bytes).lines.map((line) => line.sequenceNumber);
    }),
  );
}

describe('a batch is one object of the journal', () => {
  test('with a line for each change, in the order of the batch, which reads as the image would', async () => {
    const context = contextFor();
    const records = [change(1, 'a'), change(2, 'b'), change(3, 'a')];
    expect(await captureJournal(context, records, NEVER)).toEqual({ batchItemFailures: [] });
    const [objectKey = '', ...others] = context.bucket.keys();
    expect(others).toEqual([]);
    expect(objectKey).toMatch(/^=dcs\/users\/journal\/2026\/11\/27\/09\/\d{40}-3-[0-9a-f]{16}\.tsv\.gz$/);
    expect(await stored(context)).toEqual([[1, 2, 3].map(sequenceNumber)]);
    const { bytes } = await context.bucket.bytes.get(objectKey);
    const [first] = readJournal(USERS, objectKey, bytes).lines;
    expect(first).toMatchObject({ objectKey: 'users/a/image.json', body: recordImage(USERS, records[0]!, NOW).body });
  });

  test('that is there already when the batch comes again: nothing is stored twice', async () => {
    const context = contextFor();
    const records = [change(1), change(2)];
    for (let time = 0; time < 3; time++)
      expect(await captureJournal(context, records, NEVER)).toEqual({ batchItemFailures: [] });
    expect(context.bucket.keys().map((key) => context.bucket.stored(key).length)).toEqual([1]);
  });

  test('or has failed whole, when it cannot be stored', async () => {
    const refused = () => Promise.reject(new S3Error('AccessDenied', 403, 'refused', {}));
    const context = contextFor({ putOnce: refused });
    const records = [change(1), poison(2), change(3)];
    expect(await captureJournal(context, records, NEVER)).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }],
    });
    expect(context.failures.map(([record]) => record)).toEqual([records[1], records[0]]);
  });

  test('or has failed whole, when its time is over before it is stored', async () => {
    const context = contextFor();
    expect(await captureJournal(context, [change(1), change(2)], AbortSignal.abort())).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }],
    });
    expect(context.bucket.keys()).toEqual([]);
  });

  test('and its time is looked at while it is read', async () => {
    const time = new AbortController();
    const context = { ...contextFor(), nowMs: () => (time.abort(), NOW) };
    const { batchItemFailures } = await captureJournal(
      context,
      Array.from({ length: 501 }, (_, n) => change(n)),
      time.signal,
    );
    expect(batchItemFailures).toEqual([{ itemIdentifier: sequenceNumber(0) }]);
  });

  test('nothing is stored of an empty batch', async () => {
    const context = contextFor();
    expect(await captureJournal(context, [], NEVER)).toEqual({ batchItemFailures: [] });
    expect(context.bucket.keys()).toEqual([]);
  });

  test('a defect is no record that cannot be read: the batch fails whole, and says why', async () => {
    const context = { ...contextFor(), table: { ...USERS, keySchema: undefined as never } };
    const { batchItemFailures } = await captureJournal(context, [change(1)], NEVER);
    expect(batchItemFailures).toEqual([{ itemIdentifier: sequenceNumber(1) }]);
    expect(context.failures[0]?.[1]).toBeInstanceOf(TypeError);
  });
});

describe('a record that cannot be read', () => {
  test('is reported, and all others are stored', async () => {
    const context = contextFor();
    expect(await captureJournal(context, [change(1), poison(2), change(3)], NEVER)).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumber(2) }],
    });
    expect(await stored(context)).toEqual([[1, 3].map(sequenceNumber)]);
  });

  test('at the beginning of its batch has it halved, when the others are stored, and by itself is reported', async () => {
    const context = contextFor();
    await expect(captureJournal(context, [poison(1), change(2)], NEVER)).rejects.toThrow(/the 1 others are stored/);
    expect(await stored(context)).toEqual([[sequenceNumber(2)]]);
    const alone = { batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }] };
    expect(await captureJournal(context, [poison(1)], NEVER)).toEqual(alone);
    expect(await captureJournal(context, [poison(1), poison(2)], NEVER)).toEqual(alone);
  });

  test('without a sequence number fails its batch, whose others are stored', async () => {
    const context = contextFor();
    const nameless = [change(1), null as never, change(3)];
    await expect(captureJournal(context, nameless, NEVER)).rejects.toThrow('sequence number undefined');
    expect(await stored(context)).toEqual([[1, 3].map(sequenceNumber)]);
  });

  test('law: in the end it alone is parked, all others are stored, and the time of retries is spent on it alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), async (readable) => {
        const context = contextFor();
        const records = readable.map((isReadable, n) => (isReadable ? change(n) : poison(n)));
        const parked = await deliver(context, records);
        const numbers = (wanted: boolean) =>
          readable.flatMap((isReadable, n) => (isReadable === wanted ? [sequenceNumber(n)] : []));
        expect(new Set((await stored(context)).flat())).toEqual(new Set(numbers(true)));
        const runsOfUnreadable = parked.flat();
        expect(runsOfUnreadable.sort()).toEqual(numbers(false).sort());
      }),
      { numRuns: 60 },
    );
  });
});

const RETRIES = { bisectBatchOnFunctionError: true, maximumRetryAttempts: 2 };

/** Delivers as Lambda does: with partial responses, halving what has thrown, in order, until nothing is left. */
async function deliver(context: Tested, records: readonly StreamRecord[]): Promise<(string | undefined)[][]> {
  const pending = records.map((record, n) => ({
    ...{ json: JSON.stringify(record), bytes: 0, sequenceNumber: sequenceNumber(n), itemKey: '', createdAtSeconds: 0 },
  }));
  const parked: string[][] = [];
  const attempts: Attempt[] = [{ records: pending, retriesUsed: 0, invocations: 0 }];
  for (let attempt = attempts.shift(); attempt; attempt = attempts.shift()) {
    const step = nextStep(attempt, await outcomeOf(context, attempt), RETRIES);
    if (step.kind === 'giveUp') parked.push(step.attempt.records.map((one) => one.sequenceNumber));
    else attempts.unshift(...attemptsOf(step));
  }
  return parked;
}

async function outcomeOf(context: Tested, { records }: Attempt): Promise<BatchOutcome> {
  const given = records.map(({ json }) => JSON.parse(json) as StreamRecord);
  const numbers = records.map((one) => one.sequenceNumber);
  try {
    return interpretResponse(await captureJournal(context, given, NEVER), numbers);
  } catch (error) {
    return { kind: 'failure', reason: String(error), functionError: 'Unhandled' };
  }
}
