import fc from 'fast-check';
import { whereOf } from '../../cli/where';
import type { AttributeMap } from '../../core/attributeValue';
import { UsageError } from '../../core/errors';

const LONG = '1234567890123.123456789012345';
const item: AttributeMap = {
  ...{ id: { S: 'a1' }, n: { N: '7' }, long: { N: LONG }, tags: { SS: ['x', 'y'] }, empty: { S: '' } },
  ...{ none: { NULL: true }, list: { L: [{ N: '3' }, { S: 'b' }] }, binary: { B: 'AQ==' } },
};
const chosen = async (expression: string, after: AttributeMap | undefined = item, before?: AttributeMap) =>
  (await whereOf(expression))({ objectKey: 'k', keys: { id: { S: 'a1' } }, before, after } as never);

test.each([
  ["contains(item.id, 'a')", true],
  ["starts_with(item.id, 'b')", false],
  ['length(item.tags) > `1`', true],
  ["contains(item.tags, 'x')", true],
  ['sum(item.list[?type(@)==`"number"`]) == `3`', true],
  ['before', false],
  ['!before', true],
  ['item.n == `7.0`', true],
  [`item.long == '${LONG}'`, true],
  ["item.long == '1234567890123.1235'", false],
  ['to_number(item.long) > `7`', true],
  ['item.empty', false],
  ['item.none', false],
  ['item."a-b"', false],
])('%s is %p of it', async (expression, expected) => {
  expect(await chosen(expression)).toBe(expected);
});

test('what a function needs and an item has not makes it false, and spoils no other', async () => {
  const isChosen = await whereOf("ends_with(after.mail, '.org')");
  const of = (after?: AttributeMap) => isChosen({ after } as never);
  expect([of(), of({}), of({ mail: { NULL: true } }), of({ mail: { S: 'a@b.org' } })]).toEqual([
    ...[false, false, false, true],
  ]);
});

test.each([
  ['item.n ==', 'parse error'],
  ['item.[', 'parse error'],
  ['nothing(item.n)', 'nothing'],
  ['length(item)+1', '--where is'],
  ["status=='closed'", 'it names none of them'],
  ['constructor', 'it names none of them'],
  ['`true`', 'it names none of them'],
  [`item.n == \`${LONG}\``, `write '${LONG}' for \`${LONG}\``],
  ['contains(`[1, 1234567890123456789.0]`, item.n)', "write '1234567890123456789' for `1234567890123456789.0`"],
])('%s is refused', async (expression, problem) => {
  await expect(whereOf(expression)).rejects.toThrow(UsageError);
  await expect(whereOf(expression)).rejects.toThrow(problem);
});

test('what a function never takes is told, not passed over', async () => {
  await expect(chosen("contains(item.n, '7')")).rejects.toThrow('found "number"');
});

test('law: whatever is written is an expression, or refused by name', async () => {
  const part = fc.constantFrom(
    ...['item', 'before', '.', '.n', '[', ']', '(', ')', '`', '`7`', "'a'", '"', '==', '&&', '|', '@', '*', '&', '!'],
    ...[
      'length',
      'contains',
      'constructor',
      '__proto__',
      'toString',
      '{',
      '}',
      ':',
      ',',
      '1',
      '-',
      '\\',
      'ü',
      '\u0000',
    ],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
      try {
        expect(typeof (await chosen(parts.join('')))).toBe('boolean');
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
    { numRuns: 500 },
  );
});
