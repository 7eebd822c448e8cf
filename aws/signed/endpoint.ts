import { DcsError } from '../../core/errors';
import { partitionOf } from '../../core/partitions';

/** Where one bucket's or one service's calls go, and what they are signed for. */
export interface Endpoint {
  /** Scheme, host and port. */
  readonly origin: URL;
  /** What stands before every path: empty, or a slash and the bucket. */
  readonly basePath: string;
  readonly signingRegion: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Source: the rules of the SDK's resolver of endpoints, against which a test holds this. */
const WITHOUT_FIPS = 'aws-cn';

/**
 * A bucket's endpoint as the SDK finds it from environment variables alone, which is what a function has: AWS_REGION,
 * AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT are honoured. Bucket names
 * with a dot go into the path, since the certificate covers one label.
 */
export function s3EndpointFrom(environment: Environment, bucket: string): Endpoint {
  const signingRegion = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  if (!signingRegion) throw new DcsError('AWS_REGION is missing; set it to the region of the bucket');
  const configured = environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
  if (configured) return pathStyle(new URL(configured), bucket, signingRegion);

  const isFips = environment.AWS_USE_FIPS_ENDPOINT === 'true';
  const { name, dnsSuffix } = partitionOf(signingRegion);
  if (isFips && name === WITHOUT_FIPS)
    throw new DcsError(`AWS_USE_FIPS_ENDPOINT is true; the partition ${name} has no FIPS endpoints. Leave it out`);
  const service = isFips ? 's3-fips' : 's3';
  const dualStack = environment.AWS_USE_DUALSTACK_ENDPOINT === 'true' ? '.dualstack' : '';
  const host = `${service}${dualStack}.${signingRegion}.${dnsSuffix}`;
  if (bucket.includes('.')) return pathStyle(new URL(`https://${host}`), bucket, signingRegion);
  return { origin: new URL(`https://${bucket}.${host}`), basePath: '', signingRegion };
}

export function pathStyle(endpoint: URL, bucket: string, signingRegion: string): Endpoint {
  return { origin: endpoint, basePath: `${endpoint.pathname.replace(/\/$/, '')}/${bucket}`, signingRegion };
}
