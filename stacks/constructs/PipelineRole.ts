import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ITSELF } from '../DcsStack';
import { policyJson, type Statement } from '../policies/document';
import { packed } from '../policies/packed';
import type { roleIn } from './roleIn';

export interface PipelineRoleProps {
  readonly provider: AwsProvider;
  readonly roleName: string;
  readonly description: string;
  readonly trust: readonly Statement[];
  readonly policy: readonly Statement[];
  /** The OpenID Connect providers that the trust names. */
  readonly after: ITerraformDependable[];
  readonly roleIn: ReturnType<typeof roleIn>;
}

/** A role that runs Terraform. Its rights are more than inline policies hold, so they are managed policies, as many as it takes. */
export class PipelineRole extends Construct {
  constructor(scope: Construct, id: string, props: PipelineRoleProps) {
    super(scope, id);
    const { provider, roleName, description, trust } = props;
    const role = new IamRole(this, ITSELF, {
      provider,
      name: roleName,
      description,
      ...props.roleIn,
      assumeRolePolicy: policyJson(...trust),
      dependsOn: props.after,
    });
    packed(props.policy).forEach((policy, index) => {
      const part = new IamPolicy(this, `policy-${index + 1}`, {
        provider,
        name: `${roleName}-${index + 1}`,
        path: props.roleIn.path,
        policy,
      });
      new IamRolePolicyAttachment(this, `attachment-${index + 1}`, {
        provider,
        role: role.name,
        policyArn: part.arn,
      });
    });
  }
}
