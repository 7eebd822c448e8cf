import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy';
import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import type { Construct } from 'constructs';
import type { Statement } from '../policies/document';
import { INLINE_CHARACTERS, MANAGED_CHARACTERS, packed } from '../policies/packed';
import type { roleIn } from './roleIn';

export interface GrantProps {
  readonly provider: AwsProvider;
  readonly role: IamRole;
  readonly roleName: string;
  readonly statements: readonly Statement[];
  readonly roleIn: ReturnType<typeof roleIn>;
}

/**
 * What a role may do, in an inline policy as far as that holds it: it is then seen where the role is. What grows with the number of
 * tables goes on in managed policies, `<role>-2` and so on.
 */
export function grant(scope: Construct, id: string, props: GrantProps): IamRolePolicy {
  const { provider, role, roleName, statements } = props;
  const inlineOrManaged = (index: number) => (index === 0 ? INLINE_CHARACTERS : MANAGED_CHARACTERS);
  const [inline = '', ...managed] = packed(statements, inlineOrManaged);
  const attachments = managed.map((policy, index) => attach(scope, `${id}-${index + 2}`, index + 2, policy, props));
  return new IamRolePolicy(scope, id, {
    provider,
    name: roleName,
    role: role.name,
    policy: inline,
    // A right that moves from here to a managed policy is there before it is gone here.
    ...(attachments.length > 0 ? { dependsOn: attachments } : {}),
  });
}

function attach(scope: Construct, id: string, number: number, policy: string, props: GrantProps) {
  const { provider, role, roleName } = props;
  const { arn } = new IamPolicy(scope, id, {
    provider,
    name: `${roleName}-${number}`,
    path: props.roleIn.path,
    policy,
  });
  return new IamRolePolicyAttachment(scope, `${id}-attachment`, { provider, role: role.name, policyArn: arn });
}
