import { partition } from '@aws-sdk/core/client';
import { s3EndpointFrom } from '../../../aws/signed/endpoint';
import { s3Client } from '../../../aws/s3Client';
import { partitionOf } from '../../../core/partitions';

const REGIONS = [
  ...['eu-central-1', 'us-east-1', 'us-west-2', 'mx-central-1', 'il-central-1', 'ap-southeast-7', 'sa-east-1'],
  ...['cn-north-1', 'cn-northwest-1', 'us-gov-west-1', 'us-gov-east-1', 'eusc-de-east-1'],
  ...['us-iso-east-1', 'us-iso-west-1', 'us-isob-east-1', 'us-isob-west-1', 'eu-isoe-west-1'],
  ...['us-isof-south-1', 'us-isof-east-1'],
];

describe.each(REGIONS)('in %s', (AWS_REGION) => {
  test('the partition is that of the AWS SDK', () => {
    const { name, dnsSuffix } = partition(AWS_REGION);
    expect(partitionOf(AWS_REGION)).toMatchObject({ name, dnsSuffix });
  });

  const both = [false, true];
  const asked = both.flatMap((fips) =>
    both.flatMap((dual) => ['bucket', 'my.bucket'].map((to) => ({ fips, dual, to }))),
  );

  test.each(asked)(
    'a bucket is reached where the SDK reaches it, or refused where it refuses: %j',
    ({ fips, dual, to }) => {
      const environment = {
        ...(fips && { AWS_USE_FIPS_ENDPOINT: 'true' }),
        ...(dual && { AWS_USE_DUALSTACK_ENDPOINT: 'true' }),
      };
      const { endpointProvider } = s3Client({ region: AWS_REGION }).config;
      // Not for the bucket: us-east-1 has a second name, which means the same.
      const parameters = {
        Bucket: to,
        Region: AWS_REGION,
        UseGlobalEndpoint: false,
        UseFIPS: fips,
        UseDualStack: dual,
      };
      const ours = () => {
        const { origin, basePath } = s3EndpointFrom({ AWS_REGION, ...environment }, to);
        return new URL(basePath, origin).href;
      };
      let expected: string;
      try {
        expected = endpointProvider(parameters).url.href;
      } catch {
        expect(ours).toThrow('has no FIPS endpoints');
        return;
      }
      expect(ours()).toBe(expected);
    },
  );
});
