import fc from 'fast-check';
import { interpretResponse } from '../../../local/pump/response';

const BATCH = ['8', '9', '10', '111'];
const failed = (...identifiers: unknown[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

test.each([
  ['null', null],
  ['nothing', undefined],
  ['an empty object', {}],
  ['no list', { batchItemFailures: null }],
  ['an empty list', { batchItemFailures: [] }],
])('%s is success', (_, response) => {
  expect(interpretResponse(response, BATCH)).toEqual({ kind: 'success' });
});

test.each([
  ['an empty identifier', failed('')],
  ['a null identifier', failed(null)],
  ['an identifier that is a number', failed(9)],
  ['another name for the identifier', { batchItemFailures: [{ id: '9' }] }],
  ['an entry that is no object', { batchItemFailures: [null] }],
  ['a sequence number of another batch', failed('12')],
  ['a good identifier beside a bad one', failed('9', 'x')],
  ['a list that is none', { batchItemFailures: '9' }],
  ['a text', 'done'],
])('%s fails the whole batch', (_, response) => {
  expect(interpretResponse(response, BATCH)).toMatchObject({ kind: 'failure' });
});

test('the lowest sequence number, not the first one named and not the lowest text, is the checkpoint', () => {
  expect(interpretResponse(failed('111', '10', '9'), BATCH)).toEqual({ kind: 'partial', firstFailed: 1 });
  expect(interpretResponse(failed('10', '111'), BATCH)).toEqual({ kind: 'partial', firstFailed: 2 });
});

test('law: any choice of failures of a batch gives the lowest of them as checkpoint', () => {
  const batchAndFailures = fc
    .uniqueArray(fc.bigInt({ min: 1n, max: 10n ** 30n }), { minLength: 1, maxLength: 50 })
    .map((numbers) => numbers.sort((a, b) => (a < b ? -1 : 1)).map(String))
    .chain((batch) => fc.tuple(fc.constant(batch), fc.shuffledSubarray(batch, { minLength: 1 })));
  fc.assert(
    fc.property(batchAndFailures, ([batch, failures]) => {
      const firstFailed = Math.min(...failures.map((sequenceNumber) => batch.indexOf(sequenceNumber)));
      expect(interpretResponse(failed(...failures), batch)).toEqual({ kind: 'partial', firstFailed });
    }),
  );
});
