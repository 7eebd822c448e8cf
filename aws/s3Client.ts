import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { Credentials } from './credentials';
import { CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './timeouts';

/**
 * How a bucket's endpoint is reached. What is left out comes from the SDK's own environment variables and files
 * (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL_S3, ...).
 */
export interface S3ClientSettings {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: Credentials;
  /** Upper bound of open connections. */
  readonly connections?: number;
  /** How often the SDK sends a request that fails in passing, the first time included. */
  readonly attempts?: number;
}

export function s3Client(settings: S3ClientSettings): S3Client {
  return new S3Client(s3ClientConfig(settings));
}

/** What the SDK's client is made of. */
export function s3ClientConfig({
  region,
  endpoint,
  credentials,
  connections = 64,
  attempts = 4,
}: S3ClientSettings): S3ClientConfig {
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: attempts,
    // Content-MD5 guards the body already; the client's own checksum would be a second one.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: connections },
      httpsAgent: { keepAlive: true, maxSockets: connections },
    },
  };
}
