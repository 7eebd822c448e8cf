import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { TableLocation, KeySchema } from '../core/objectKey';
import { UsageError } from '../core/errors';

/*
 * What the commands need of the settings file that the deployment is made from. The deployment's own definition checks
 * the whole file; here a file is read that has been deployed already, and only these fields of it.
 */

const keyAttribute = z.object({ name: z.string(), type: z.enum(['S', 'N', 'B']) });
const daysOrNever = z.number().nullable().default(365);
const account = z.object({
  accountId: z.string(),
  region: z.string(),
  bucketName: z.string(),
  endpoint: z.string().optional(),
  lifecycle: z.object({ noncurrentVersionExpirationDays: daysOrNever }).prefault({}),
});
const objectLock = z.object({
  mode: z.enum(['COMPLIANCE', 'GOVERNANCE', 'OFF']).default('COMPLIANCE'),
  retentionDays: z.number().default(30),
});

const cliSettings = z.object({
  name: z.string().default('dcs'),
  prefix: z.string().default(''),
  source: account,
  destination: account.extend({ objectLock: objectLock.prefault({}) }),
  tables: z.array(z.object({ name: z.string(), partitionKey: keyAttribute, sortKey: keyAttribute.optional() })),
  capture: z
    .object({
      largeImageStorageClass: z.string().default('STANDARD_IA'),
      maximumRetryAttempts: z.number().default(100),
      maximumRecordAgeSeconds: z.number().default(79_200),
    })
    .prefault({}),
  encryption: z.object({ type: z.enum(['s3-managed', 'customer-managed']) }).default({ type: 's3-managed' }),
  replication: z.object({ enabled: z.boolean().default(true), timeControl: z.boolean().default(true) }).prefault({}),
  alarms: z
    .object({ emails: z.array(z.string()).default([]), captureLagSeconds: z.number().default(300) })
    .prefault({}),
});

export type Settings = z.output<typeof cliSettings>;
export type Side = 'source' | 'destination';
export type KeyTypes = Readonly<Record<string, 'S' | 'N' | 'B'>>;

/** A table of the settings: where its images are, and what its keys are called. */
export interface ConfiguredTable extends TableLocation {
  readonly keySchema: KeySchema;
  /** Type of each key attribute. */
  readonly keyTypes: KeyTypes;
}

/** @throws UsageError with everything that is wrong with the file */
export function readSettings(file: string): Settings {
  const result = cliSettings.safeParse(parsed(file));
  if (result.success) return result.data;
  throw new UsageError(
    result.error.issues.map(({ path, message }) => `${file}: ${path.join('.')}: ${message}; correct it there`),
  );
}

/** @throws UsageError when the settings have no such table */
export function tableOf(settings: Settings, tableName: string): ConfiguredTable {
  const table = settings.tables.find(({ name }) => name === tableName);
  if (!table) {
    const known = settings.tables.map(({ name }) => name).join(', ');
    throw new UsageError([
      `${tableName} is no table of the settings; it has ${known}. Add it there, or correct the name`,
    ]);
  }
  const keys = table.sortKey ? [table.partitionKey, table.sortKey] : [table.partitionKey];
  return {
    prefix: settings.prefix,
    tableName,
    keySchema: { partitionKey: table.partitionKey.name, sortKey: table.sortKey?.name },
    keyTypes: Object.fromEntries(keys.map(({ name, type }) => [name, type])),
  };
}

function parsed(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError([
      `the settings file ${file} cannot be read (${(error as Error).message}); name the right one with --config FILE, or copy dcs.config.example.json to it`,
    ]);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError([`the settings file ${file} is not JSON: ${(error as Error).message}; correct it there`]);
  }
}
