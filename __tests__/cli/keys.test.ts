import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keysInFile, parseKeys } from '../../cli/keys';
import { type KeyWords } from '../../settings/configuredTable';

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

  test.each([
    ['no JSON', 'a', '--key is a, no JSON object; write {"id":"text","at":12}'],
    ['a key that is missing', '{"id":"a"}', '--key has no at; write {"id":"text","at":12}'],
    ['an attribute too many', '{"id":"a","at":1,"x":1}', '--key has x, which is no key attribute'],
    ['another type', '{"id":"a","at":true}', '--key: at is true, not of type N'],
    ['the other type in DynamoDB JSON', '{"id":{"N":"1"},"at":1}', '--key: id is {"N":"1"}, not of type S'],
    ['more digits than JSON keeps', '{"id":"a","at":12345678901234567890}', 'write it as text, "at":"123"'],
    ['an empty key', '{"id":"","at":1}', 'key attribute id is empty'],
  ])('%s is refused', (_, text, problem) => {
    expect(() => parseKeys(text, words, '--key')).toThrow(problem);
  });

  test('base64 of another alphabet is refused', () => {
    expect(() => parseKeys('{"id":"-_8"}', binary, '--key')).toThrow('padded standard base64');
  });

  test('a file has one a line, can be read again, and its problems have line numbers', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'dcs-keys-')), 'keys.jsonl');
    await writeFile(file, '{"id":"a","at":1}\n\n{"id":"b","at":2}\n');
    const keys = keysInFile(file, words);
    const expected = [
      { id: { S: 'a' }, at: { N: '1' } },
      { id: { S: 'b' }, at: { N: '2' } },
    ];
    expect(await all(keys)).toEqual(expected);
    expect(await all(keys)).toEqual(expected);
    await writeFile(file, '{"id":"a","at":1}\n{"id":"b"}\n');
    await expect(all(keysInFile(file, words))).rejects.toThrow('line 2 has no at');
  });
});

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const read: Value[] = [];
  for await (const value of values) read.push(value);
  return read;
}
