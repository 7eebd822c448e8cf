import { encodeImage, NO_ITEM } from '../../../core/image';
import { diffTable } from '../../../operations/diff/diffTable';
import type { ImageSource, WantedState } from '../../../operations/images/imageSource';
import { listItems } from '../../../operations/list/listItems';
import { planItems, type PlanRequest } from '../../../operations/restore/plan';
import { survey } from '../../../operations/restore/survey';
import { MemoryBucket } from '../../support/memoryBucket';
import { MemoryTable } from '../../support/memoryTable';

const table = { prefix: '', tableName: 'users', keySchema: { partitionKey: 'id' } };
const signal = new AbortController().signal;

/** A source that notes which states it is asked for. */
function notingSource(): { source: ImageSource; asked: (WantedState | undefined)[] } {
  const bucket = new MemoryBucket();
  const position = { source: 'stream', streamLabel: 'L', sequenceNumber: '1' } as const;
  const image = encodeImage({ event: 'INSERT', position, changedAtMs: 0, previousDigest: NO_ITEM }, { id: { S: 'a' } });
  bucket.store('users/a/image.json', image, 1_000);
  const asked: (WantedState | undefined)[] = [];
  return {
    asked,
    source: {
      ...{ name: bucket.name, history: bucket.history, images: bucket.images },
      histories(prefix, stop, wanted) {
        asked.push(wanted);
        return bucket.histories(prefix, stop);
      },
    },
  };
}

describe('what of each item a source is asked for', () => {
  const moment = { momentMs: 5_000, storedByMs: 9_000, createdAtMs: 500 };
  const planned = async (rest: Partial<PlanRequest>) => {
    const { source, asked } = notingSource();
    const request = { source, table, mode: 'merge' as const, target: new MemoryTable(table.keySchema), ...moment };
    await survey({ ...request, ...rest }, undefined, () => undefined);
    for await (const page of planItems({ ...request, ...rest })) expect(page).toHaveLength(1);
    return asked;
  };

  test('a restore to a moment and a list of one ask for the state then alone', async () => {
    expect(await planned({})).toMatchObject([moment, moment]);
    const { source, asked } = notingSource();
    await listItems({ source, table, selection: {}, signal, ...moment });
    expect(asked).toMatchObject([moment]);
  });

  test('whoever decides by what was before asks for whole histories', async () => {
    expect(await planned({ later: 'mark' })).toEqual([undefined, undefined]);
    expect(await planned({ later: 'keep' })).toEqual([undefined, undefined]);
    expect(await planned({ continuesSinceMs: 7_000 })).toEqual([undefined, undefined]);
    const { source, asked } = notingSource();
    await diffTable({ source, table, selection: {}, signal, fromMs: 0, toMs: 5_000 });
    expect(asked).toEqual([undefined]);
  });
});
