import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { dynamoDbAs, s3As } from '../../../aws/signed/asSdk';
import type { Endpoint } from '../../../aws/signed/endpoint';

const REGIONS = [
  ...['eu-central-1', 'us-east-1', 'us-west-2', 'il-central-1', 'ap-southeast-7', 'cn-north-1', 'cn-northwest-1'],
  ...['us-gov-west-1', 'us-gov-east-1', 'eusc-de-east-1', 'us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1'],
  ...['us-isof-south-1'],
];
const cases = fc.record({
  region: fc.constantFrom(...REGIONS),
  fips: fc.boolean(),
  dualStack: fc.boolean(),
  bucket: fc.constantFrom('bucket', 'my.bucket', 'xn-a'),
});
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };

const before = process.env;
afterEach(() => (process.env = before));
const setEnvironment = (fips: boolean, dualStack: boolean) => {
  process.env = {
    ...{ PATH: before.PATH, AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' },
    ...(fips && { AWS_USE_FIPS_ENDPOINT: 'true' }),
    ...(dualStack && { AWS_USE_DUALSTACK_ENDPOINT: 'true' }),
  };
};
/** Its address and region, or why there is none. */
const ofCall = (endpoint: () => Promise<Endpoint>) =>
  endpoint().then(
    ({ origin, basePath, signingRegion }) => [new URL(basePath, origin).href, signingRegion],
    (error: unknown) => (error as Error).message,
  );
const ofResolver = (resolve: () => { url: URL; properties?: Record<string, unknown> }, region: string) => {
  try {
    const { url, properties } = resolve();
    const [scheme] = (properties?.authSchemes ?? []) as { signingRegion?: string }[];
    return [url.href, scheme?.signingRegion ?? region];
  } catch (error) {
    return (error as Error).message;
  }
};

test('a bucket is reached where the SDK’s resolver says, in every partition, with FIPS and dual-stack or without', () =>
  fc.assert(
    fc.asyncProperty(cases, async ({ region, fips, dualStack, bucket }) => {
      setEnvironment(fips, dualStack);
      const { endpointProvider } = new S3Client({ region }).config;
      const parameters = { Bucket: bucket, Region: region, UseFIPS: fips, UseDualStack: dualStack };
      const expected = ofResolver(() => endpointProvider({ ...parameters, UseGlobalEndpoint: false }), region);
      expect(await ofCall(s3As({ region, credentials }, bucket).endpoint)).toEqual(expected);
    }),
    { numRuns: 150 },
  ));

test('and DynamoDB likewise', () =>
  fc.assert(
    fc.asyncProperty(cases, async ({ region, fips, dualStack }) => {
      setEnvironment(fips, dualStack);
      const { endpointProvider } = new DynamoDBClient({ region }).config;
      const parameters = { Region: region, UseFIPS: fips, UseDualStack: dualStack };
      const expected = ofResolver(() => endpointProvider(parameters), region);
      expect(await ofCall(dynamoDbAs({ region, credentials }).endpoint)).toEqual(expected);
    }),
    { numRuns: 100 },
  ));
