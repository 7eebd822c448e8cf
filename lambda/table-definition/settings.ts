import { DcsError } from '../../core/errors';
import { VARIABLES } from '../../core/functionVariables';

export interface TableDefinitionSettings {
  readonly bucket: string;
  readonly prefix: string;
  readonly tableNames: readonly string[];
}

/** @throws DcsError that names every variable that is missing or wrong */
export function tableDefinitionSettings(
  environment: Readonly<Record<string, string | undefined>>,
): TableDefinitionSettings {
  const {
    [VARIABLES.bucketName]: bucket = '',
    [VARIABLES.prefix]: prefix = '',
    [VARIABLES.tableNames]: tables = '',
  } = environment;
  const tableNames = tables.split(',').filter((name) => name !== '');
  const problems = [
    ...(bucket === '' ? [`${VARIABLES.bucketName} is missing; set it to the name of the source bucket`] : []),
    ...(tableNames.length === 0
      ? [`${VARIABLES.tableNames} is missing; set it to the names of the tables, separated by commas`]
      : []),
    ...(prefix === '' || prefix.endsWith('/')
      ? []
      : [`${VARIABLES.prefix} is ${JSON.stringify(prefix)}; it has to end with a slash`]),
  ];
  if (problems.length > 0)
    throw new DcsError(`the table definition function's environment is wrong: ${problems.join('. ')}.`);
  return { bucket, prefix, tableNames };
}
