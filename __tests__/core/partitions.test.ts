import { DNS_SUFFIXES, partitionOf } from '../../core/partitions';

// Source: the AWS SDK's partitions.json.
test.each([
  ['eu-west-1', 'aws', 'amazonaws.com'],
  ['us-east-1', 'aws', 'amazonaws.com'],
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
  ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov'],
  ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
  ['eu-isoe-west-1', 'aws-iso-e', 'cloud.adc-e.uk'],
  ['us-isof-south-1', 'aws-iso-f', 'csp.hci.ic.gov'],
])('the region %s is of the partition %s', (region, name, dnsSuffix) => {
  expect(partitionOf(region)).toMatchObject({ name, dnsSuffix });
  expect(DNS_SUFFIXES).toContain(dnsSuffix);
});
