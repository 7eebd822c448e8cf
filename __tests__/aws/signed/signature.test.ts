import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { canonicalQuery, encodedPath } from '../../../aws/signed/encoding';
import {
  amzDateOf,
  authorization,
  canonicalHeaders,
  sha256,
  signingFor,
  sortedByName,
} from '../../../aws/signed/signature';

type Secret = string | ArrayBuffer | ArrayBufferView;

/** What the reference takes for its hashes: node's own. */
class Sha256 {
  private readonly hash;
  constructor(secret?: Secret) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }
  update(data: Secret) {
    this.hash.update(data as string);
  }
  digest() {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }
  reset() {
    throw new Error('not needed');
  }
}

const text = fc.string({ unit: 'grapheme' });
const objectKey = fc
  .array(fc.oneof(fc.constantFrom('/', '//', '.', '..', '=', '+', ' ', '%', "!'()*", 'ü', '\u0001'), text), {
    minLength: 1,
  })
  .map((parts) => parts.join(''));
const headerName = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,20}$/)
  // The reference leaves these out of what it signs, or makes them itself.
  .filter((name) => !UNSIGNED.test(name) && !['host', 'x-amz-date', 'x-amz-content-sha256'].includes(name));
const UNSIGNED =
  /^(proxy-|sec-)|^(authorization|cache-control|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|x-amz-security-token)$/;
const headers = fc.dictionary(headerName, fc.stringMatching(/^[ -~\t]*$/), { noNullPrototype: true });
// The reference loses a parameter called __proto__.
const query = fc.dictionary(
  text.filter((name) => name !== '__proto__'),
  text,
  { noNullPrototype: true },
);
const keys = fc.record(
  {
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{4,20}$/),
    secretAccessKey: fc.string({ minLength: 1 }),
    sessionToken: fc.base64String({ minLength: 4 }),
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
);
const moment = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });

test('any key, query, header and body is signed as the SDK signs it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'HEAD', 'PUT', 'POST'),
      objectKey,
      query,
      headers,
      fc.string(),
      keys,
      moment,
      fc.constantFrom('eu-central-1', 'us-east-1', 'cn-north-1'),
      async (method, key, parameters, given, body, credentials, at, region) => {
        const path = `/${encodedPath(key)}`;
        const payloadHash = sha256(body);
        const sent = { ...given, host: 'bucket.s3.amazonaws.com', 'x-amz-content-sha256': payloadHash };
        const reference = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false });
        const signed = await reference.sign(
          {
            method,
            protocol: 'https:',
            hostname: 'bucket.s3.amazonaws.com',
            path,
            query: { ...parameters },
            headers: sent,
            body,
          },
          { signingDate: at },
        );

        const amzDate = amzDateOf(at.getTime());
        const ours = authorization(
          {
            method,
            path,
            query: canonicalQuery(parameters),
            payloadHash,
            headers: canonicalHeaders(
              sortedByName(
                Object.entries({
                  ...sent,
                  'x-amz-date': amzDate,
                  ...(credentials.sessionToken && { 'x-amz-security-token': credentials.sessionToken }),
                }),
              ),
            ),
          },
          signingFor(credentials, { region, service: 's3', amzDate }),
        );
        expect(ours).toBe(signed.headers.authorization);
      },
    ),
    { numRuns: 500 },
  );
});

test('the date of a signature is that of its second, whatever was signed before', () => {
  const moment = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(fc.array(moment), fc.nat({ max: 2_000 }), (moments, ms) => {
      const all = moments.flatMap((at) => [at, new Date(at.getTime() + ms)]);
      const basic = all.map((at) => at.toISOString().replace(/[:-]|\.\d+/g, ''));
      expect(all.map((at) => amzDateOf(at.getTime()))).toEqual(basic);
    }),
  );
});
