import { rootCertificates } from 'node:tls';
import { tlsOptions } from '../../aws/keptConnections';

test('certificates are read once for all clients, and anew where others are to be trusted', () => {
  const [one, other] = rootCertificates;
  const { secureContext } = tlsOptions(one);
  expect(tlsOptions(one).secureContext).toBe(secureContext);
  expect(tlsOptions(other).secureContext).not.toBe(secureContext);
  expect(tlsOptions(undefined).secureContext).not.toBe(tlsOptions(one).secureContext);
});
