import fc from 'fast-check';
import { elementReader, elementText, unescaped } from '../../../aws/signed/xml';

const NAMED: Readonly<Record<string, string>> = { '&': 'amp', "'": 'apos', '>': 'gt', '<': 'lt', '"': 'quot' };

/** A character, and one of the ways in which XML may spell it. */
const spelt = fc
  .tuple(fc.constantFrom(...Object.keys(NAMED), 'a', ';', '#', 'quot;', 'ü', '🦊'), fc.nat(2))
  .map(([text, way]) => {
    const code = text.codePointAt(0) ?? 0;
    if (NAMED[text] === undefined) return { text, xml: text };
    return { text, xml: [`&${NAMED[text]};`, `&#${code};`, `&#x${code.toString(16)};`][way] ?? '' };
  });

test('law: an entity stands for one character, and is resolved once', () => {
  fc.assert(
    fc.property(fc.array(spelt), (all) => {
      const [text, xml] = [all.map((one) => one.text).join(''), all.map((one) => one.xml).join('')];
      expect(unescaped(xml)).toBe(text);
      expect(elementText(`<Other>x</Other><Key>${xml}</Key>`, 'Key')).toBe(text);
    }),
  );
});

test('an element that is not there, or has no end, has no text', () => {
  const read = elementReader('Key');
  expect([read('<Keys>a</Keys>'), read('<Key>a'), read('<Key></Key>')]).toEqual([undefined, undefined, '']);
});
