import type { Construct } from 'constructs';
import type { Settings } from '../../settings/schema';
import { stackOf } from '../DcsStack';
import { forgetTable } from './SourceTable';

/** Part of the address, which is all that Terraform says when it refuses. */
const ON_RECORD = 'source_tables-leave-by-formerTables';

/**
 * What is neither in `tables` nor in `formerTables` any more has gone by mistake: the plan is refused before anything is
 * touched. Of a table that is gone from the stack, Terraform would end the capture, and destroy it if it was created here; its
 * own prevent_destroy is gone with its block. So each name is kept in the state, in a resource whose block stays.
 */
export function keepTrackOfTables(scope: Construct, { tables, formerTables }: Settings): void {
  for (const name of formerTables) forgetTable(scope, name);
  const names = [...tables.map(({ name }) => name), ...formerTables].sort();
  stackOf(scope).addOverride(`resource.terraform_data.${ON_RECORD}`, {
    for_each: `\${toset(${JSON.stringify(names)})}`,
    input: '${each.key}',
    lifecycle: { prevent_destroy: true },
  });
}
