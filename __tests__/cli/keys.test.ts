import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import path from 'node:path';
import { keysGiven } from '../../cli/keyOptions';
import { keysInLines, parseKeys, parsePartition } from '../../cli/keys';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { canonicalNumber } from '../../core/canonicalNumber';
import { UsageError } from '../../core/errors';
import { type KeyWords } from '../../settings/configuredTable';
import { exactNumber } from '../core/arbitraries';

const words: KeyWords = {
  keySchema: { partitionKey: 'id', sortKey: 'at' },
  keyTypes: { id: 'S', at: 'N' },
};
const binary: KeyWords = { keySchema: { partitionKey: 'id' }, keyTypes: { id: 'B' } };

describe('keys as somebody writes them', () => {
  test.each([
    ['plain JSON', '{"id":"a","at":12}'],
    ['a number as text', '{"id":"a","at":"12"}'],
    ['DynamoDB JSON', '{"id":{"S":"a"},"at":{"N":"12"}}'],
    ['another order', '{"at":12,"id":"a"}'],
  ])('%s', (_, text) => {
    expect(parseKeys(text, words, '--key')).toEqual({ id: { S: 'a' }, at: { N: '12' } });
  });

  test('binary is base64', () => {
    expect(parseKeys('{"id":"/+8="}', binary, '--key')).toEqual({ id: { B: '/+8=' } });
  });

  test.each(['1234567890123.123456789012345', '12345678901234567890', '-0.10', '1e3', '1E-7'])(
    'the number %s keeps its digits, with and without quotes',
    (number) => {
      for (const written of [number, `"${number}"`, `{"N":"${number}"}`])
        expect(parseKeys(`{"id":"a","at":${written}}`, words, '--key')).toEqual({ id: { S: 'a' }, at: { N: number } });
    },
  );

  /** As much of JSON's numbers as there is: a sign, zeros at either end, a point, an exponent. */
  const number = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.bigInt({ min: 0n, max: 10n ** 44n }),
      fc.nat(44),
      fc.constantFrom('', 'e', 'E+', 'E-'),
      fc.nat(160),
    )
    .map(([sign, digits, point, e, exponent]) => {
      const text = String(digits);
      const at = Math.max(1, text.length - point);
      const fraction = text.slice(at) === '' ? '' : `.${text.slice(at)}`;
      return `${sign}${text.slice(0, at)}${fraction}${e === '' ? '' : `${e}${exponent}`}`;
    });

  test('law: a number names the key that is exactly that number, or none: never another', () => {
    fc.assert(
      fc.property(number, (written) => {
        try {
          const { at } = parseKeys(`{"id":"a","at":${written}}`, words, '--key') as { at: { N: string } };
          expect(exactNumber(at.N)).toBe(exactNumber(written));
          expect(exactNumber(canonicalNumber(at.N))).toBe(exactNumber(written));
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
          const [, digits = ''] = /^-?([\d.]+)/.exec(written) ?? [];
          const significant = digits.replace('.', '').replace(/^0+|0+$/g, '');
          const isOutside = error.message.includes("outside DynamoDB's range");
          expect(significant.length > 38 || isOutside).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['no JSON', 'a', '--key is a, no JSON object; write {"id":"text","at":12}'],
    ['a number alone', '12', '--key is 12, no JSON object; write {"id":"text","at":12}'],
    ['a key that is missing', '{"id":"a"}', '--key has no at; write {"id":"text","at":12}'],
    ['an attribute too many', '{"id":"a","at":1,"x":1}', '--key has x, which is no key attribute'],
    ['another type', '{"id":"a","at":true}', '--key: at is true, not of type N'],
    ['two values of one key', '{"id":{"S":"a","N":"1"},"at":1}', '--key: id is {"S":"a","N":"1"}, not of type S'],
    ['the other type in DynamoDB JSON', '{"id":{"N":"1"},"at":1}', '--key: id is {"N":"1"}, not of type S'],
    [
      'more digits than DynamoDB keeps',
      `{"id":"a","at":1${'2'.repeat(38)}}`,
      'at has 39 significant digits; DynamoDB keeps 38',
    ],
    ['a number for text', '{"id":1.50,"at":1}', '--key: id is 1.50, not of type S'],
    ['an empty key', '{"id":"","at":1}', 'key attribute id is empty'],
  ])('%s is refused', (_, text, problem) => {
    expect(() => parseKeys(text, words, '--key')).toThrow(problem);
  });

  test('a timeline without its items names none, and says so', async () => {
    const read = async (...lines: string[]) => {
      const found = [];
      for await (const keys of keysInLines(Readable.from(lines.map((line) => `${line}\n`)), words, 'lines'))
        found.push(keys);
      return found;
    };
    const [bucket, timeline] = ['{"type":"bucket","insert":1}', '{"type":"timeline","items":1}'];
    await expect(read(bucket, timeline)).rejects.toThrow('a timeline names no item; make it with dcs timeline --items');
    const changed = '{"type":"changed","keys":{"id":{"S":"a"},"at":{"N":"1"}},"times":2}';
    expect(await read(changed, bucket, timeline)).toEqual([{ id: { S: 'a' }, at: { N: '1' } }]);
    // A comparison without a difference names none, and is an answer; nothing at all is a command that failed.
    expect(await read('{"type":"diff","counts":{}}')).toEqual([]);
    await expect(read()).rejects.toThrow('lines is empty');
    await expect(read(' ')).rejects.toThrow('lines is empty');
  });

  test('base64 of another alphabet is refused', () => {
    expect(() => parseKeys('{"id":"-_8"}', binary, '--key')).toThrow('padded standard base64');
  });

  test('a file has one a line, can be read again, and its problems have line numbers', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'dcs-keys-')), 'keys.jsonl');
    await writeFile(file, '{"id":"a","at":1}\n\n{"id":"b","at":2}\n');
    const read = () => keysGiven({ keys: [], keysFrom: file })!(words);
    const keys = await read();
    const expected = [
      { id: { S: 'a' }, at: { N: '1' } },
      { id: { S: 'b' }, at: { N: '2' } },
    ];
    expect(await all(keys)).toEqual(expected);
    expect(await all(keys)).toEqual(expected);
    await writeFile(file, '\uFEFF{"id":"a","at":1}\r\n{"id":"b","at":2}');
    expect(await all(keys)).toEqual(expected);
    for (const bytes of ['\uFEFF{"id":"a","at":1}\n', '{"id":"a","at":1}\n']) {
      await writeFile(file, Buffer.from(bytes, 'utf16le'));
      await expect(read()).rejects.toThrow('line 1: it is UTF-16, or no text; save it as UTF-8');
    }
    await writeFile(file, '{"id":"a","at":1}\n{"id":"b"}\n');
    await expect(read()).rejects.toThrow('line 2 has no at');
  });

  test('law: an item that is named more than once is one item, however its keys are spelled', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'dcs-keys-'));
    const spelled = fc.constantFrom('1', '1.0', '"1"', '{"N":"10e-1"}', '-2', '"-2.00"', '3');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('a', 'b'), spelled), { minLength: 1 }), async (named) => {
        const lines = named.map(([id, at]) => `{"id":"${id}","at":${at}}`);
        const file = path.join(folder, 'keys.jsonl');
        await writeFile(file, lines.join('\n'));
        const spell = (keys: AttributeMap) => canonicalItem(keys);
        const distinct = [...new Set(lines.map((line) => spell(parseKeys(line, words, ''))))];
        for (const given of [{ keys: lines }, { keys: [], keysFrom: file }]) {
          const keys = await keysGiven(given)!(words);
          expect((await all(keys)).map(spell)).toEqual(distinct);
          expect((await all(keys)).map(spell)).toEqual(distinct);
        }
      }),
    );
  });

  test('a file in another encoding than UTF-8 names nobody else’s item', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'dcs-keys-')), 'keys.jsonl');
    await writeFile(file, Buffer.from('{"id":"a","at":1}\n{"id":"Jos\u00e9","at":1}\n', 'latin1'));
    await expect(keysGiven({ keys: [], keysFrom: file })!(words)).rejects.toThrow('line 2: it is not UTF-8');
  });

  test('a key with what Unicode takes for the end of a line is on one line', async () => {
    const input = () =>
      Readable.from([Buffer.from(`${JSON.stringify({ id: 'a\u2028b\u2029\u0085', at: 1 })}\r{"id":"c","at":2}`)]);
    const ids = (await all(keysInLines(input(), words, '-'))).map(({ id }) => id);
    expect(ids).toEqual([{ S: 'a\u2028b\u2029\u0085' }, { S: 'c' }]);
  });

  test('the lines of --json that name an item will do, and those that count name none', async () => {
    const lines = [
      '{"type":"changed","objectKey":"t/a/1/image.json","keys":{"id":{"S":"a"},"at":{"N":"1.50"}},"changes":[]}',
      '{"type":"diff","table":"t","counts":{"changed":1}}',
    ];
    const input = Readable.from([lines.join('\n')]);
    expect(await all(keysInLines(input, words, '-'))).toEqual([{ id: { S: 'a' }, at: { N: '1.50' } }]);
    const partial = (line: string) => all(keysInLines(Readable.from([`${lines.join('\n')}\n${line}`]), words, '-'));
    await expect(partial('{"type":"error","exitCode":4,"error":"S3Error","message":"away"}')).rejects.toThrow(
      '-, line 3: the command that wrote these lines failed, so they may not be all: "away". Run it again',
    );
    const nameless = { type: 'left', why: 'unreadable', objectKey: 't/=sha256-0\u202e/image.json', reason: 'x' };
    await expect(partial(JSON.stringify(nameless))).rejects.toThrow(
      '-, line 3 is about t/=sha256-0\\u202e/image.json, and does not tell the keys of its item',
    );
    const wrong = Readable.from(['{"type":"changed","keys":{"id":{"S":"a"}}}']);
    await expect(all(keysInLines(wrong, words, '-'))).rejects.toThrow('-, line 1 has no at');
  });

  test('a line that has a type of its own and is none of dcs names its item, or is refused: it is not passed over', async () => {
    const read = (line: object, of = words) => all(keysInLines(Readable.from([JSON.stringify(line)]), of, '-'));
    await expect(read({ id: 'a', at: 1, type: 'customer' })).rejects.toThrow('-, line 1 has type, which is no key');
    await expect(read({ type: 'version', number: 1 })).rejects.toThrow('-, line 1 has no id');
    await expect(read({ type: 'constructor' })).rejects.toThrow('-, line 1 has no id');
  });

  test('an attribute called type is a key like any other, and lines of dcs are known beside it', async () => {
    const typed: KeyWords = { keySchema: { partitionKey: 'type' }, keyTypes: { type: 'S' } };
    const read = (line: object) => all(keysInLines(Readable.from([JSON.stringify(line)]), typed, '-'));
    for (const type of ['a', 'diff', 'error', 'removed']) {
      expect(await read({ type })).toEqual([{ type: { S: type } }]);
      expect(await read({ type: { S: type } })).toEqual([{ type: { S: type } }]);
    }
    expect(await read({ type: 'removed', objectKey: 't/a/image.json', keys: { type: { S: 'a' } } })).toEqual([
      { type: { S: 'a' } },
    ]);
    expect(await read({ type: 'diff', table: 't', counts: {} })).toEqual([]);
    await expect(read({ type: 'error', message: 'away' })).rejects.toThrow('failed, so they may not be all');
    await expect(read({ type: 'a', name: 'b' })).rejects.toThrow('-, line 1 has name, which is no key attribute');
  });

  test('what can be read but once, such as a pipe, is read once', async () => {
    const pipe = path.join(await mkdtemp(path.join(tmpdir(), 'dcs-keys-')), 'keys');
    execFileSync('mkfifo', [pipe]);
    const [keys] = await Promise.all([
      keysGiven({ keys: [], keysFrom: pipe })!(words),
      writeFile(pipe, '{"id":"a","at":1}\n'),
    ]);
    expect(await all(keys)).toEqual([{ id: { S: 'a' }, at: { N: '1' } }]);
    expect(await all(keys)).toHaveLength(1);
  });

  test.each([
    ['c1', { S: 'c1' }],
    ['{"S":"{"}', { S: '{' }],
    ['12', { S: '12' }],
  ])('a partition is written as %s', (text, value) => {
    expect(parsePartition(text, words)).toEqual(value);
  });
});

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const read: Value[] = [];
  for await (const value of values) read.push(value);
  return read;
}
