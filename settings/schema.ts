import { z } from 'zod';
import { destinationSettings, sourceSettings } from './sourceAndDestination';
import { deploymentSettings } from './backend';
import { bootstrapSettings } from './bootstrap';
import { group, text } from './fields';
import {
  alarmSettings,
  captureSettings,
  compactorSettings,
  drillSettings,
  encryptionSettings,
  engineSettings,
  eraseSettings,
  replicationSettings,
  operatorSettings,
  restoreSettings,
  tableDefinitionSettings,
  uiSettings,
} from './partsWithDefaults';
import { formerTablesSettings, tablesSettings } from './tables';

/** What IAM takes, which takes the least (API reference, Tag); so do the other services that are tagged. */
const TAG_CHARACTERS = 'letters, digits, spaces and _ . : / = + - @';

/**
 * The settings file, defined once: this definition types the settings, finds their problems, and is what
 * dcs.config.schema.json is generated from. Rules that need more than one field are in crossChecks.ts.
 */
export const settingsSchema = group(
  {
    $schema: z.string().describe('The JSON Schema of this file, for editors.').optional(),
    name: text(/^[a-z][a-z0-9-]{1,18}[a-z0-9]$/, {
      description:
        'Put before the name of every stack, role, function and alarm: one per environment of an account. Default: "dcs".',
      allowed: '3 to 20 lowercase letters, digits and hyphens, a letter first',
    }).default('dcs'),
    deployment: deploymentSettings,
    source: sourceSettings,
    destination: destinationSettings,
    // A part of dots alone is taken for a relative path, by clients and by S3 (S3 user guide, object-keys).
    prefix: text(/^(?=.{0,256}$)((?!\.{1,2}\/)[\w.-]+\/)*$/, {
      description: 'Put before the key of every object, the same in both buckets. Default: "" (none).',
      allowed:
        'empty, or at most 256 letters, digits, _ . - and slashes, with a slash at the end and none at the start, and no part "." or ".."',
    }).default(''),
    tables: tablesSettings,
    formerTables: formerTablesSettings,
    bootstrap: bootstrapSettings.optional(),
    encryption: encryptionSettings.prefault({ type: 's3-managed' }),
    replication: replicationSettings.prefault({}),
    capture: captureSettings.prefault({}),
    tableDefinition: tableDefinitionSettings.prefault({}),
    operator: operatorSettings.prefault({}),
    restore: restoreSettings.prefault({}),
    erase: eraseSettings.optional(),
    drill: drillSettings.prefault({}),
    engine: engineSettings.prefault({}),
    compactor: compactorSettings.prefault({}),
    alarms: alarmSettings.prefault({}),
    ui: uiSettings.prefault({}),
    tags: z
      .record(
        text(/^(?![aA][wW][sS]:|dcs:name$)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/u, {
          description: 'Name of the tag.',
          allowed: `tag names of 1 to 128 ${TAG_CHARACTERS}, not starting with "aws:", and not "dcs:name"`,
        }),
        text(/^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u, {
          description: 'Value of the tag.',
          allowed: `at most 256 ${TAG_CHARACTERS}`,
        }),
        { error: 'an object of tag names and values' },
      )
      .describe('Tags of every resource that takes them. Default: none but "dcs:name".')
      .default({}),
  },
  'Settings of the Data Continuity Service for DynamoDB.',
);

/** Settings with every default filled in. */
export type Settings = z.output<typeof settingsSchema>;

/**
 * The same file for a command, which needs some parts of it: those without defaults may be missing. What is there is held
 * to the same rules.
 */
export const givenSettingsSchema = settingsSchema.partial({
  deployment: true,
  source: true,
  destination: true,
  tables: true,
});
export type GivenSettings = z.output<typeof givenSettingsSchema>;

/** The two accounts, by what they are for. */
export type Side = 'source' | 'destination';
