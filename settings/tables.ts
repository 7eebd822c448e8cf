import { z } from 'zod';
import { group, kmsKeyArn, oneOf, text, wholeNumber, yesOrNo } from './fields';
import { aimFields } from './partsWithDefaults';

/** One table of the source account. The keys of an existing one are looked up; where they are written here too, they are checked. */

/** Terraform would read `${` and `%{` as its own templates. */
const attributeName = (description: string) =>
  text(/^(?![^]*[$%]\{)[^]{1,255}$/, { description, allowed: '1 to 255 characters, without ${ and %{' });

const keyAttribute = (which: string) =>
  group(
    {
      name: attributeName('Name of the attribute.'),
      type: oneOf(['S', 'N', 'B'], 'S for string, N for number, B for binary.'),
    },
    `${which} of the table. Default: that of the table; one that DCS creates has what is written here.`,
  );

const tableName = (description: string) =>
  text(/^[\w.-]{3,255}$/, { description, allowed: '3 to 255 letters, digits and _ . -' });

export const tableSettings = group(
  {
    name: tableName('Name of the table.'),
    existing: yesOrNo(
      'true: the table is there already; it is looked up, and nothing in it is changed; its stream must show new and old images. false: DCS creates it. Default: true.',
    ).default(true),
    partitionKey: keyAttribute('Partition key').optional(),
    sortKey: keyAttribute('Sort key').optional(),
    ttlAttribute: attributeName(
      'Attribute of the time to live, for a table that DCS creates. Default: none.',
    ).optional(),
    kmsKeyArn: kmsKeyArn(
      'KMS key of the table, if it is one of your own: capture and the drill are given the right to decrypt with it. Default: a key of AWS.',
    ).optional(),
    layout: oneOf(
      ['images', 'journal'],
      'How changes are stored. "images": each as a version of its item\'s own object. "journal": a batch of them in one object, at a fraction of the requests; docs/journal.md tells which to choose. It may be changed at any time: what is stored stays readable. Default: "images".',
    ).default('images'),
    batchSize: wholeNumber(
      1,
      10_000,
      'Most records in one batch of this table. Default: capture.batchSize; 10,000 with the layout "journal".',
    ).optional(),
    batchingWindowSeconds: wholeNumber(
      0,
      300,
      'How long Lambda waits for a batch of this table to fill: as long as that a change may be in no bucket. Default: capture.batchingWindowSeconds; 10 with the layout "journal".',
    ).optional(),
    drill: group(aimFields, 'Targets of this table, where it has others than drill says. Default: those.').optional(),
  },
  'A table to keep a second copy of.',
);

export const tablesSettings = z
  .array(tableSettings, { error: 'a list of tables' })
  .min(1, { error: 'at least one table' })
  .describe('The tables to keep a second copy of.');

export const formerTablesSettings = z
  .array(tableName('Name of a table that has left.'), { error: 'a list of names of tables' })
  .describe(
    'Tables that are copied no longer. Terraform forgets them and destroys none; their copies stay, and commands read them as before. A table leaves by its name going from tables to here: a plan in which it is in neither is refused. It stays here: to take it out, the state has to forget it first (docs/operations.md, "A table leaves"). Default: none.',
  )
  .default([]);

export type TableSettings = z.output<typeof tableSettings>;
