import { gzipSync } from 'node:zlib';
import { digestOf } from '../../../core/digest';
import { encodeJournal } from '../../../core/journal/journalObject';
import { basePrefix, journalKey, journalPrefix, runsPrefix } from '../../../core/journal/journalKeys';
import type { TableLocation } from '../../../core/objectKey';
import { oddImages } from './oddImages';

const AT_MS = Date.UTC(2026, 0, 5, 12);
const LARGEST_LINE = 100_000;

/** Lines that stand in one good journal object each, odd as the images are. */
export function oddLines(table: TableLocation): (Planted & { readonly item: string })[] {
  return (
    oddImages()
      .filter(({ body, metadata }) => metadata['dcs-format'] === '1' && body.length < LARGEST_LINE)
      // A line has no digest of its own to be wrong; what is of another item is told under the key of that.
      .filter(({ body, metadata }) => metadata['dcs-digest'] === digestOf(body) && !body.includes('"another"'))
      .map((image, i) => {
        const item = `${table.tableName}/odd-${i}/image.json`;
        const entries = [{ objectKey: item, image }];
        const { objectKey, body } = encodeJournal({ table, kind: 'capture', writtenAtMs: AT_MS, entries });
        return { item, objectKey, body };
      })
  );
}

export interface Planted {
  readonly objectKey: string;
  readonly body: Uint8Array;
}

const HEAD = (table: string, lines: string) => `#dcs-journal\t1\t${table}\tlabel\tcapture\t${lines}`;

/** Journal objects that nobody of ours wrote; each with the right digest in its key, unless that is what is odd. */
export function oddBatches(table: TableLocation): Planted[] {
  const line = 'users/a/image.json\tINSERT\t5\t2026-01-05T12:00:00.000Z\tnone\t-\t{"Item":{"id":{"S":"a"}}}';
  const texts = [
    '',
    '\n',
    'null\n',
    `${HEAD('users', '1')}\n`,
    `${HEAD('users', '1')}\n${line}`,
    `${HEAD('users', '2')}\n${line}\n`,
    `${HEAD('other', '1')}\n${line}\n`,
    `${HEAD('users', '-1')}\n${line}\n`,
    `${HEAD('users', '1e400')}\n${line}\n`,
    `${HEAD('__proto__', '1')}\n${line}\n`,
    `${HEAD('users', '1').replace('\t1\t', '\t9\t')}\n${line}\n`,
    `${HEAD('users', '1').replace('label', 'l'.repeat(70))}\n${line}\n`,
    `\ufeff${HEAD('users', '1')}\n${line}\n`,
    `${HEAD('users', '1')}\r\n${line}\r\n`,
    `${HEAD('users', '1')}\n${line}\t\t\n`,
    `${HEAD('users', '1')}\n${line.replace('users/a', 'other/a')}\n`,
    `${HEAD('users', '1')}\n${line.replace('users/a/image.json', '__proto__')}\n`,
    `${HEAD('users', '1')}\n\u0000\n`,
    `${HEAD('users', '1')}\n${'\t'.repeat(20_000)}\n`,
  ];
  const keyOf = (text: string) =>
    journalKey(table, AT_MS, { firstSequenceNumber: '5', lines: 1, digest: digestOf(text) });
  const good = `${HEAD('users', '1')}\n${line}\n`;
  const bomb = 'x'.repeat(70_000_000);
  return [
    ...texts.map((text) => ({ objectKey: keyOf(text), body: gzipSync(text) })),
    { objectKey: keyOf(bomb), body: gzipSync(bomb) },
    { objectKey: keyOf('not gzip'), body: Buffer.from(good) },
    { objectKey: keyOf('empty'), body: Buffer.alloc(0) },
    { objectKey: keyOf('cut'), body: gzipSync(good).subarray(0, 40) },
    { objectKey: keyOf('two members'), body: Buffer.concat([gzipSync(good), gzipSync(good)]) },
    { objectKey: keyOf('utf-16'), body: gzipSync(Buffer.from(good, 'utf16le')) },
    ...[
      'x',
      'null',
      '2026/01/05/12/x.tsv.gz',
      '9999/99/99/99/',
      '../up',
      'a\u202e\u0007b',
      '__proto__/manifest.json',
    ].map((name) => ({ objectKey: journalPrefix(table) + name, body: Buffer.from('null') })),
  ];
}

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

/** Manifests of runs and of bases that no compactor wrote. */
export function oddManifests(table: TableLocation): Planted[] {
  const bodies: (string | Buffer)[] = [
    ...['', 'null', '7', '[]', '{}', '{', '{"format":"1"}', '{"format":"9"}', '{"format":1e400}', deep(20_000)],
    `{"format":"1","inputs":${deep(20_000)}}`,
    `{"format":"1","__proto__":{"kind":"run"},"kind":"run","table":"users","name":"x","inputs":[null]}`,
    `\ufeff{"format":"1"}`,
    Buffer.from('{"format":"1"}', 'utf16le'),
    Buffer.from([0xff, 0xfe, 0x00]),
  ];
  return [runsPrefix(table), basePrefix(table)].flatMap((below) => [
    ...bodies.map((body, i) => ({ objectKey: `${below}odd-${i}/manifest.json`, body: Buffer.from(body) })),
    { objectKey: `${below}__proto__/manifest.json`, body: Buffer.from('null') },
  ]);
}
