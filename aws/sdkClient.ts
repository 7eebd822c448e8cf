import { CONNECTION_TIMEOUT_MS, SILENCE_TIMEOUT_MS, type AwsSettings } from './awsSettings';
import { environmentAgents } from './environmentAgents';

export interface SdkClientOptions {
  /** How often the SDK sends a request that fails in passing, the first time included. */
  readonly attempts?: number;
  /** Upper bound of open connections. */
  readonly connections?: number;
}

/** What every client of the SDK is made of, so that all go through the same proxies, trust the same and wait as long. */
export function sdkClientConfig(settings: AwsSettings, { attempts = 4, connections = 64 }: SdkClientOptions = {}) {
  const { region, endpoint, credentials } = settings;
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: attempts,
    requestHandler: sdkRequestHandler(connections),
  };
}

/** How the SDK's clients connect, those too that get credentials. */
export function sdkRequestHandler(connections = 64) {
  const agents = environmentAgents(connections);
  return {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    httpAgent: agents.http,
    httpsAgent: agents.https,
  };
}
