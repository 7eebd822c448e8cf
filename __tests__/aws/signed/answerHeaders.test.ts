import fc from 'fast-check';
import { AnswerHeaders } from '../../../aws/signed/answerHeaders';

const names = [
  'Date',
  'x-amz-meta-dcs-event',
  'X-Amz-Meta-DCS-Event',
  'x-amz-meta-constructor',
  'x-amz-meta-',
  'toString',
];
const pair = fc.tuple(fc.constantFrom(...names), fc.string());

test('law: a value is all that came under the name in any case, in order', () => {
  fc.assert(
    fc.property(fc.array(pair), (pairs) => {
      const headers = new AnswerHeaders(pairs.flat());
      for (const name of names.map((each) => each.toLowerCase())) {
        const values = pairs.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
        expect(headers.get(name)).toBe(values.length === 0 ? undefined : values.join(', '));
      }
    }),
  );
});

test('law: metadata are those values, by the rest of their names', () => {
  fc.assert(
    fc.property(fc.array(pair), (pairs) => {
      const headers = new AnswerHeaders(pairs.flat());
      const expected = ['dcs-event', 'constructor'].flatMap((name) => {
        const value = headers.get(`x-amz-meta-${name}`);
        return value === undefined ? [] : [[name, value] as const];
      });
      expect(headers.metadata()).toEqual(Object.fromEntries(expected));
    }),
  );
});
