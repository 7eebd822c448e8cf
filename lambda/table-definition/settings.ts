import { DcsError } from '../../core/errors';

export interface TableDefinitionSettings {
  readonly bucket: string;
  readonly prefix: string;
  readonly tableNames: readonly string[];
}

/** @throws DcsError that names every variable that is missing or wrong */
export function tableDefinitionSettings(
  environment: Readonly<Record<string, string | undefined>>,
): TableDefinitionSettings {
  const { DCS_BUCKET: bucket = '', DCS_PREFIX: prefix = '', DCS_TABLES: tables = '' } = environment;
  const tableNames = tables.split(',').filter((name) => name !== '');
  const problems = [
    ...(bucket === '' ? ['DCS_BUCKET is missing; set it to the name of the source bucket'] : []),
    ...(tableNames.length === 0
      ? ['DCS_TABLES is missing; set it to the names of the tables, separated by commas']
      : []),
    ...(prefix === '' || prefix.endsWith('/')
      ? []
      : [`DCS_PREFIX is ${JSON.stringify(prefix)}; it has to end with a slash`]),
  ];
  if (problems.length > 0)
    throw new DcsError(`the table definition function's environment is wrong: ${problems.join('. ')}.`);
  return { bucket, prefix, tableNames };
}
