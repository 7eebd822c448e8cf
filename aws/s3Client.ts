import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig, type SdkClientOptions } from './sdkClient';

/**
 * How a bucket's endpoint is reached. What is left out comes from the SDK's own environment variables and files
 * (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL_S3, ...).
 */
export interface S3ClientSettings extends AwsSettings, SdkClientOptions {
  /** Whether a bucket may be in another region, where S3 then says that it is. */
  readonly anyRegion?: boolean;
}

export function s3Client(settings: S3ClientSettings): S3Client {
  return new S3Client(s3ClientConfig(settings));
}

/** What the SDK's client is made of. */
export function s3ClientConfig(settings: S3ClientSettings): S3ClientConfig {
  return {
    ...sdkClientConfig(settings, settings),
    ...(settings.endpoint !== undefined && { forcePathStyle: true }),
    ...(settings.anyRegion && { followRegionRedirects: true }),
    // Content-MD5 guards the body already; the client's own checksum would be a second one.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
}
