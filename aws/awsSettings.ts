import type { Credentials } from './credentials';

/** How a service of one account is reached. What is left out comes from the SDK's own environment variables and files. */
export interface AwsSettings {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: Credentials;
}

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;

/** For a client that only looks: soon to say that it cannot. */
export function lookingClient(settings: AwsSettings) {
  return {
    ...settings,
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
}
