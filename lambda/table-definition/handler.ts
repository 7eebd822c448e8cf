import { describeTableDefinition } from '../../aws/tableDefinition';
import { s3TextStore } from '../../aws/textStore';
import { refreshDefinitions, type Refreshed } from './refreshDefinitions';
import { tableDefinitionSettings, tablesToDefine } from './settings';

const settings = tableDefinitionSettings(process.env);
const context = {
  prefix: settings.prefix,
  texts: s3TextStore({ bucket: settings.bucket }),
  describe: (tableName: string) => describeTableDefinition(tableName, {}),
};

/** Runs on a schedule. A failure fails the invocation, which an alarm watches. */
export async function handler(event: unknown): Promise<Refreshed> {
  return refreshDefinitions(context, tablesToDefine(event));
}
