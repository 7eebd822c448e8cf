import { policyJson, type Statement } from './document';

/** Of a managed policy, white space left out (IAM user guide, reference_iam-quotas); ten can be attached to a role. */
const MOST_CHARACTERS = 6_144;
const RESOURCES_OF_A_STATEMENT = 40;

/** The statements in as few managed policies as they come to in their order; one about many resources is divided. */
export function packed(statements: readonly Statement[]): string[] {
  const policies: Statement[][] = [];
  for (const statement of statements.flatMap(divided)) {
    const last = policies.at(-1);
    if (last && policyJson(...last, statement).length <= MOST_CHARACTERS) last.push(statement);
    else policies.push([statement]);
  }
  return policies.map((policy) => policyJson(...policy));
}

function divided(statement: Statement): Statement[] {
  const all = [statement.Resource ?? []].flat();
  if (all.length <= RESOURCES_OF_A_STATEMENT) return [statement];
  const parts = Math.ceil(all.length / RESOURCES_OF_A_STATEMENT);
  return Array.from({ length: parts }, (_, index) => ({
    ...statement,
    Sid: `${statement.Sid}Part${index + 1}`,
    Resource: all.slice(index * RESOURCES_OF_A_STATEMENT, (index + 1) * RESOURCES_OF_A_STATEMENT),
  }));
}
