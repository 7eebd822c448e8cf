import fc from 'fast-check';
import { remembered } from '../../core/remembered';

test('law: it answers as the function does, whatever was asked before, and however much', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 2 })), fc.nat(5), (texts, most) => {
      const lower = remembered((text) => text.toLowerCase(), most);
      expect(texts.map(lower)).toEqual(texts.map((text) => text.toLowerCase()));
    }),
  );
});

test('what it keeps is not asked again, and it keeps no more than it may', () => {
  const asked = jest.fn((text: string) => text);
  const same = remembered(asked, 2);
  for (const text of ['a', 'b', 'c', 'a', 'b', 'c']) same(text);
  expect(asked.mock.calls.flat()).toEqual(['a', 'b', 'c', 'c']);
});
