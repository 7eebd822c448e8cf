import { DcsError } from '../../core/errors';
import { definedTables } from '../../core/definitionEvent';
import { VARIABLES } from '../../core/functionVariables';

export interface TableDefinitionSettings {
  readonly bucket: string;
  readonly prefix: string;
}

/** @throws DcsError that names every variable that is missing or wrong */
export function tableDefinitionSettings(
  environment: Readonly<Record<string, string | undefined>>,
): TableDefinitionSettings {
  const { [VARIABLES.bucketName]: bucket = '', [VARIABLES.prefix]: prefix = '' } = environment;
  const problems = [
    ...(bucket === '' ? [`${VARIABLES.bucketName} is missing; set it to the name of the source bucket`] : []),
    ...(prefix === '' || prefix.endsWith('/')
      ? []
      : [`${VARIABLES.prefix} is ${JSON.stringify(prefix)}; it has to end with a slash`]),
  ];
  if (problems.length > 0)
    throw new DcsError(`the table definition function's environment is wrong: ${problems.join('. ')}.`);
  return { bucket, prefix };
}

/** @throws DcsError when the event is not one that the schedule sends */
export function tablesToDefine(event: unknown): readonly string[] {
  const tableNames = definedTables(event);
  if (tableNames.length > 0) return tableNames;
  throw new DcsError(
    `the event is ${JSON.stringify(event)}; write {"tables":["users"]}, with the names of the tables, as the schedule does`,
  );
}
