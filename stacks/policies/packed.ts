import { policyJson, type Statement } from './document';

/** Of a managed policy, white space left out (IAM user guide, reference_iam-quotas). */
export const MANAGED_CHARACTERS = 6_144;
/** Of all inline policies of a role together, as above. */
export const INLINE_CHARACTERS = 10_240;
/** Managed policies of a role, as above. */
export const MANAGED_OF_A_ROLE = 10;

/** An ARN of a key or a log group is shorter than this. */
const LONGEST_REFERENCE = 200;

/** A text of a stack as long as it can become: a reference counts as what can stand in its place. */
export function resolved(text: string): string {
  return text.replace(/\$\{[^}]*\}/g, 'x'.repeat(LONGEST_REFERENCE));
}

/**
 * The statements in as few policies as they come to in their order, each of the characters that it may have. A statement whose
 * resources do not fit is continued in the next policy: together they allow the same.
 */
export function packed(
  statements: readonly Statement[],
  mostCharacters: (index: number) => number = () => MANAGED_CHARACTERS,
): string[] {
  const fits = (policy: readonly Statement[], index: number) =>
    Buffer.byteLength(resolved(policyJson(...policy))) <= mostCharacters(index);
  const policies: (readonly Statement[])[] = [];
  for (const statement of statements) {
    for (const part of partsOf(statement)) {
      const index = policies.length - 1;
      const longer = extended(policies[index] ?? [], part);
      if (index >= 0 && fits(longer, index)) policies[index] = longer;
      else policies.push([part]);
    }
  }
  return policies.map((policy) => policyJson(...policy));
}

/** One for each of its resources. */
function partsOf(statement: Statement): Statement[] {
  const { Resource } = statement;
  return Array.isArray(Resource)
    ? Resource.map((resource: string) => ({ ...statement, Resource: [resource] }))
    : [statement];
}

/** Sids differ within a policy: a part of the statement that stands last goes on with it. */
function extended(policy: readonly Statement[], part: Statement): readonly Statement[] {
  const last = policy.at(-1);
  if (last?.Sid !== part.Sid) return [...policy, part];
  return [...policy.slice(0, -1), { ...part, Resource: [last.Resource ?? [], part.Resource ?? []].flat() }];
}
