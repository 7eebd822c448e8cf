/** One of AWS's separate clouds, with its own accounts, ARNs and domain. */
export interface Partition {
  readonly name: string;
  /** Of endpoints: `s3.<region>.<dnsSuffix>`. */
  readonly dnsSuffix: string;
}

/** By what their regions' names start with. A test compares them with the partitions that the AWS SDK knows. */
const BY_REGION: readonly (Partition & { readonly regions: string })[] = [
  { regions: 'cn-', name: 'aws-cn', dnsSuffix: 'amazonaws.com.cn' },
  { regions: 'us-gov-', name: 'aws-us-gov', dnsSuffix: 'amazonaws.com' },
  { regions: 'eusc-', name: 'aws-eusc', dnsSuffix: 'amazonaws.eu' },
  { regions: 'us-iso-', name: 'aws-iso', dnsSuffix: 'c2s.ic.gov' },
  { regions: 'us-isob-', name: 'aws-iso-b', dnsSuffix: 'sc2s.sgov.gov' },
  { regions: 'eu-isoe-', name: 'aws-iso-e', dnsSuffix: 'cloud.adc-e.uk' },
  { regions: 'us-isof-', name: 'aws-iso-f', dnsSuffix: 'csp.hci.ic.gov' },
];
const COMMERCIAL: Partition = { name: 'aws', dnsSuffix: 'amazonaws.com' };

export function partitionOf(region: string): Partition {
  return BY_REGION.find(({ regions }) => region.startsWith(regions)) ?? COMMERCIAL;
}

export const DNS_SUFFIXES: readonly string[] = [COMMERCIAL, ...BY_REGION].map(({ dnsSuffix }) => dnsSuffix);
