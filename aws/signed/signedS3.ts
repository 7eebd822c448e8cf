import { accessKeysFrom } from './accessKeys';
import { s3EndpointFrom, type Environment } from './endpoint';
import { ServiceError } from './serviceError';
import { SignedClient, type SignedClientSettings } from './signedClient';
import type { HttpAnswer } from './transport';
import { elementText } from './xml';

/** A client for one bucket, set up by a function's environment. */
export function signedS3FromEnvironment(environment: Environment, bucket: string, connections: number): SignedClient {
  const endpoint = s3EndpointFrom(environment, bucket);
  return signedS3({ endpoint: () => endpoint, accessKeys: accessKeysFrom(environment), connections, attempts: 4 });
}

/** A client for one bucket. */
export function signedS3(settings: Omit<SignedClientSettings, 'service' | 'errorOf'>): SignedClient {
  return new SignedClient({ ...settings, service: 's3', errorOf: s3ErrorOf });
}

/** An answer to HEAD has no body; what the SDK calls it then. */
const NAME_OF_STATUS: Readonly<Record<number, string>> = {
  301: 'PermanentRedirect',
  403: 'Forbidden',
  404: 'NotFound',
};

function s3ErrorOf({ statusCode, headers, body }: HttpAnswer): ServiceError | undefined {
  if (statusCode >= 200 && statusCode < 300) return undefined;
  const xml = body.toString('utf8');
  const code = elementText(xml, 'Code') ?? NAME_OF_STATUS[statusCode] ?? 'UnknownError';
  const message = elementText(xml, 'Message') ?? `the status was ${statusCode}, without an explanation`;
  return new ServiceError(code, message, statusCode, headers);
}
