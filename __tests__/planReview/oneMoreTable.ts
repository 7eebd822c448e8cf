import { partitionOf } from '../../core/partitions';

export const invoices = { name: 'invoices', existing: false, partitionKey: { name: 'number', type: 'S' } };

const kmsKeyIn = (region: string) =>
  `arn:${partitionOf(region).name}:kms:${region}:111111111111:key/99999999-2222-3333-4444-555555555555`;

/** What is added to settings, or leaves them; the same for both, so that either is synthesized once. */
export const oneMoreTable = (region: string) => ({
  'that is created, with a sort key and time to live': {
    ...invoices,
    sortKey: { name: 'line', type: 'N' },
    ttlAttribute: 'until',
  },
  'that exists, under a key of its own': {
    ...invoices,
    name: 'archive.invoices',
    existing: true,
    kmsKeyArn: kmsKeyIn(region),
  },
});
