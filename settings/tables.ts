import { z } from 'zod';
import { group, kmsKeyArn, oneOf, text, yesOrNo } from './fields';

/** One table of the source account. Its key is written here for an existing table too, and checked against the real one. */

/** Terraform would read `${` and `%{` as its own templates. */
const attributeName = (description: string) =>
  text(/^(?![^]*[$%]\{)[^]{1,255}$/, { description, allowed: '1 to 255 characters, without ${ and %{' });

const keyAttribute = (which: string) =>
  group(
    {
      name: attributeName('Name of the attribute.'),
      type: oneOf(['S', 'N', 'B'], 'S for string, N for number, B for binary.'),
    },
    `${which} of the table.`,
  );

export const tableSettings = group(
  {
    name: text(/^[\w.-]{3,255}$/, { description: 'Name of the table.', allowed: '3 to 255 letters, digits and _ . -' }),
    existing: yesOrNo(
      'true: the table is there already, is looked up, and its stream must show new and old images. false: DCS creates it. Default: false.',
    ).default(false),
    partitionKey: keyAttribute('Partition key'),
    sortKey: keyAttribute('Sort key').optional(),
    ttlAttribute: attributeName(
      'Attribute of the time to live, for a table that DCS creates. Default: none.',
    ).optional(),
    kmsKeyArn: kmsKeyArn(
      'KMS key of the table, if it is one of your own. Default: the key that DynamoDB keeps for the account (alias/aws/dynamodb).',
    ).optional(),
  },
  'A table to keep a second copy of.',
);

export const tablesSettings = z
  .array(tableSettings, { error: 'a list of tables' })
  .min(1, { error: 'at least one table' })
  .describe('The tables to keep a second copy of.');

export type TableSettings = z.output<typeof tableSettings>;
