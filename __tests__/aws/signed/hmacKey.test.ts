import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { HmacKey } from '../../../aws/signed/hmacKey';
import { anyCharacter } from '../../support/anyCharacter';

test('law: it signs as createHmac does, whatever the key and the texts', () => {
  const key = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(key, fc.array(fc.string({ unit: anyCharacter })), (bytes, texts) => {
      const signer = new HmacKey(bytes);
      for (const text of texts) {
        expect(signer.sign(text)).toBe(createHmac('sha256', bytes).update(text, 'utf8').digest('hex'));
      }
    }),
  );
});

test('a key that would have to be hashed first is refused', () => {
  expect(() => new HmacKey(Buffer.alloc(65))).toThrow('the key has 65 bytes, more than 64');
});
