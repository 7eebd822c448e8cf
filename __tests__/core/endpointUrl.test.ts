import fc from 'fast-check';
import { isEndpointUrl } from '../../core/endpointUrl';

test.each([
  'http://localhost',
  'https://s3.eu-central-1.amazonaws.com/',
  'http://127.0.0.1:4566',
  'http://[::1]:8000',
  'https://proxy.example.com:8443/s3/path',
  'http://bücher.example',
])('%s is an endpoint', (text) => expect(isEndpointUrl(text)).toBe(true));

test.each([
  ...[
    '',
    'localhost:4566',
    'xhttp://host',
    ' http://host',
    'ftp://host',
    'HTTP://host',
    'http://',
    'http:///path',
    'http://:80',
    'http://a b',
  ],
  ...['http://host:99999', 'http://host:0', 'http://host:port', 'http://[::1', 'http://300.1.1.1', 'http://host\\path'],
  ...['http://user:secret@host', 'http://host?x=1', 'http://host#part', 'http://%zz', 'http://host\n'],
])('%j is none', (text) => expect(isEndpointUrl(text)).toBe(false));

test('law: what is one can be parsed, and nothing of it would be passed over', () => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from('ab1.:/[]@?#%\\ -_')), maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom('http://', 'https://'), text, (scheme, rest) => {
      fc.pre(isEndpointUrl(scheme + rest));
      const { hostname, username, password, search, hash } = new URL(scheme + rest);
      expect(hostname).not.toBe('');
      expect({ username, password, search, hash }).toEqual({ username: '', password: '', search: '', hash: '' });
    }),
    { numRuns: 2_000 },
  );
});
