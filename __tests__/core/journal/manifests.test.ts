import { UnknownFormatError, UnreadableImageError } from '../../../core/errors';
import {
  baseName,
  isCovered,
  readBaseManifest,
  servesFor,
  textOfBaseManifest,
  type BaseManifest,
} from '../../../core/journal/baseManifest';
import { partName } from '../../../core/journal/manifestText';
import {
  firstStoredAtMsOf,
  readRunManifest,
  runName,
  runPartName,
  textOfRunManifest,
  type RunManifest,
} from '../../../core/journal/runManifest';

const DIGEST = 'd'.repeat(64);
const madeBy = {
  format: '1',
  compressor: 'zlib 1',
  attempt: 0,
  table: 'users',
  madeAt: '2026-11-23T09:00:00.000Z',
} as const;
const lasts = { lastStoredAt: '2026-11-23T08:59:00.000Z', lastChangedAt: '2026-11-23T08:58:00.000Z' };

function run(changes: Partial<RunManifest> = {}): RunManifest {
  const part = { name: 'part-0000.tsv.gz', bytes: 9, sha256: DIGEST, indexSha256: DIGEST };
  const unnamed = {
    ...{ ...madeBy, ...lasts, kind: 'run' as const, level: 0, firstStoredAt: '2026-11-23T08:00:00.000Z', name: '' },
    inputs: [['2026/11/23/08/a.tsv.gz', 'e1', 3] as const, ['2026/11/23/08/b.tsv.gz', 'e2', 4] as const],
    ...{ merged: [], mergedBefore: [], linesIn: 7, duplicates: 2, linesOut: 5, previousManifestSha256: null },
    parts: [
      { ...part, lines: 2, firstHash: '0'.repeat(64) },
      { ...part, name: 'part-0001.tsv.gz', lines: 3, firstHash: '8'.repeat(64) },
    ],
    ...changes,
  };
  return { ...unnamed, name: changes.name ?? runName(unnamed) };
}

function base(changes: Partial<BaseManifest> = {}): BaseManifest {
  const files = { itemsBytes: 9, itemsSha256: DIGEST, marksBytes: 9, marksSha256: DIGEST };
  const unnamed = {
    ...{ ...madeBy, ...lasts, kind: 'base' as const, name: '', covers: ['r1', 'r2'], tableCreatedAt: null },
    ...{ items: 3, tombstones: 1, digestSum: DIGEST, previousManifestSha256: DIGEST },
    parts: [
      { name: 'part-0000', firstHash: '0'.repeat(64), items: 3, tombstones: 0, ...files },
      {
        ...{ name: 'part-0001', firstHash: '8'.repeat(64), items: 0, tombstones: 1 },
        ...files,
        itemsBytes: 0,
        itemsSha256: null,
      },
    ],
    ...changes,
  };
  return { ...unnamed, name: changes.name ?? baseName(unnamed) };
}

const readRun = (manifest: RunManifest) =>
  readRunManifest({ tableName: 'users', name: manifest.name }, Buffer.from(textOfRunManifest(manifest)));
const readBase = (manifest: BaseManifest) =>
  readBaseManifest({ tableName: 'users', name: manifest.name }, Buffer.from(textOfBaseManifest(manifest)));

describe('the manifest of a run', () => {
  test('is read as it was written', () => {
    expect(readRun(run())).toEqual(run());
    const merge = run({ level: 1, inputs: [], merged: ['r1', 'r2'], linesIn: 9, duplicates: 4 });
    expect(readRun(merge)).toEqual(merge);
    const erasing = { level: 1, inputs: [], merged: ['r1'], erasure: '0123456789abcdef', erasedInputs: ['a'] };
    const { linesOut, duplicates } = run();
    for (const erased of [0, 3]) {
      const made = run({ ...erasing, erased, linesIn: linesOut + duplicates + erased });
      expect(readRun(made)).toEqual(made);
    }
  });

  test('its name tells when its lines were stored, and is that of its inputs in any order', () => {
    expect(run().name).toMatch(/^20261123T080000Z-20261123T085900Z-[0-9a-f]{16}$/);
    expect(run({ inputs: run().inputs.toReversed() }).name).toBe(run().name);
    const others = [run({ attempt: 1 }), run({ compressor: 'zlib 2' }), run({ inputs: run().inputs.slice(1) })];
    expect(new Set([run(), ...others].map(({ name }) => name)).size).toBe(4);
  });

  test('its name alone tells when the first of its lines was stored, and a name that no run has tells nothing', () => {
    expect(firstStoredAtMsOf(run().name)).toBe(Date.parse('2026-11-23T08:00:00.000Z'));
    const { name } = run();
    for (const strange of [
      '',
      'x',
      '__proto__',
      `${name}x`,
      `x${name}`,
      name.slice(0, -1),
      name.replace('2026', '20é6'),
    ])
      expect([strange, firstStoredAtMsOf(strange)]).toEqual([strange, undefined]);
    expect(firstStoredAtMsOf(name.replace('20261123T08', '20269923T99'))).toBeUndefined();
  });

  const [first, second] = run().parts;
  test.each<[string, Partial<RunManifest>]>([
    ['a line less came out', { linesOut: 4 }],
    ['a line less came out, and none is missing', { linesOut: 4, duplicates: 3 }],
    ['a line less went in', { linesIn: 6, duplicates: 1 }],
    ['an input has a line less', { inputs: [run().inputs[0]!, ['2026/11/23/08/b.tsv.gz', 'e2', 3]] }],
    ['a part has a line less', { parts: [first!, { ...second!, lines: 2 }] }],
    ['a part is missing', { parts: [first!] }],
    ['there is no part', { parts: [] }],
    ['its parts are in another order', { parts: [second!, first!] }],
    ['it has an input that it was not made of', { name: run().name, inputs: [...run().inputs, ['x', 'e', 0]] }],
    ['it merges a run that it was not made of', { name: run().name, level: 1, merged: ['r1'] }],
    ['it was merged of nothing', { level: 1 }],
    ['it takes the place of a run and was made of journal objects', { merged: ['r1'] }],
    ['its duplicates are negative', { duplicates: -2, linesIn: 3 }],
    ['lines are erased by nobody', { erased: 1, linesIn: 8 }],
    ['an erasure says nothing of lines', { erasure: '0123456789abcdef' }],
    ['a digest is none', { parts: [{ ...first!, lines: 5, sha256: 'x' }] }],
    ['a time is none', { lastChangedAt: 'yesterday' }],
    ['a time is one that no calendar has', { lastChangedAt: '2026-99-99T99:99:99.999Z' }],
    ['it is a base', { kind: 'base' as never }],
  ])('that lies is refused: %s', (_, changes) => {
    expect(() => readRun(run(changes))).toThrow(UnreadableImageError);
  });

  test('of another table, another folder, a newer format, or that is no JSON, is refused', () => {
    const bytes = Buffer.from(textOfRunManifest(run()));
    expect(() => readRunManifest({ tableName: 'other', name: run().name }, bytes)).toThrow(/of the table users/);
    expect(() => readRunManifest({ tableName: 'users', name: 'x' }, bytes)).toThrow(UnreadableImageError);
    expect(() => readRun(run({ format: '2' as never }))).toThrow(UnknownFormatError);
    const place = { tableName: 'users', name: run().name };
    for (const cut of [bytes.subarray(0, -9), Buffer.from('null'), Buffer.alloc(0)]) {
      expect(() => readRunManifest(place, cut)).toThrow(/not JSON|its format is undefined/);
    }
  });

  test('a run has no more parts than four digits tell', () => {
    expect([runPartName(0), runPartName(0xffff)]).toEqual(['part-0000.tsv.gz', 'part-ffff.tsv.gz']);
    expect(() => partName(0x10000)).toThrow(/make the parts larger/);
  });
});

describe('the manifest of a base', () => {
  test('is read as it was written', () => {
    expect(readBase(base())).toEqual(base());
    const empty = base({ parts: [], items: 0, tombstones: 0 });
    expect(readBase(empty)).toEqual(empty);
  });

  const [first, second] = base().parts;
  test.each<[string, Partial<BaseManifest>]>([
    ['an item less', { items: 2 }],
    ['a tombstone more', { tombstones: 2 }],
    ['a part is missing', { parts: [first!] }],
    ['its parts are in another order', { parts: [second!, first!] }],
    ['it covers a run that it was not made of', { name: base().name, covers: ['r1', 'r2', 'r3'] }],
    ['it is of another table of the name', { name: base().name, tableCreatedAt: '2026-11-23T08:00:00.000Z' }],
    ['it covers nothing', { covers: [] }],
    ['a part has items and no file', { parts: [{ ...first!, itemsSha256: null }, second!] }],
  ])('that lies is refused: %s', (_, changes) => {
    expect(() => readBase(base(changes))).toThrow(UnreadableImageError);
  });

  test('covers what it was made of, and what was merged of that since', () => {
    const covers = new Set(['r1', 'r2']);
    expect(isCovered({ covers }, { name: 'r1', merged: [] })).toBe(true);
    expect(isCovered({ covers }, { name: 'm', merged: ['r1', 'r2'] })).toBe(true);
    expect(isCovered({ covers }, { name: 'm', merged: ['r1', 'r3'] })).toBe(false);
    expect(isCovered({ covers }, { name: 'r3', merged: [] })).toBe(false);
    // It may have objects of the journal beside.
    const erasure = '0123456789abcdef';
    expect(isCovered({ covers }, { name: 'e', merged: ['r1'], erasure })).toBe(false);
    expect(isCovered({ covers: new Set(['e']) }, { name: 'e', merged: ['r1'], erasure })).toBe(true);
  });

  test('serves where all that it covers counts, and for the table that it was made for', () => {
    const [changedAtMs, storedAtMs] = [Date.parse(lasts.lastChangedAt), Date.parse(lasts.lastStoredAt)];
    expect(servesFor(base(), {})).toBe(true);
    expect(servesFor(base(), { momentMs: changedAtMs, storedByMs: storedAtMs })).toBe(true);
    expect(servesFor(base(), { momentMs: changedAtMs - 1 })).toBe(false);
    expect(servesFor(base(), { storedByMs: storedAtMs - 1 })).toBe(false);
    expect(servesFor(base(), { tableCreatedAtMs: 0 })).toBe(false);
    const ofTable = base({ tableCreatedAt: '2026-11-23T08:00:00.000Z' });
    expect(servesFor(ofTable, {})).toBe(false);
    expect(servesFor(ofTable, { tableCreatedAtMs: Date.parse('2026-11-23T08:00:00.000Z') })).toBe(true);
  });
});
