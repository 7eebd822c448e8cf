import { z } from 'zod';
import { group, principalArn, text, yesOrNo } from './fields';

/** What stands before the first deployment: the state's bucket, and the roles that plan and deploy. */
export const bootstrapSettings = group(
  {
    githubRepository: text(/^(?:[\w.-]+\/[\w.-]+|[\w.-]+@\d+\/[\w.-]+@\d+)$/, {
      description:
        'Repository whose workflows deploy, by the environments of docs/pipelines.md: OWNER@ID/NAME@ID, as GitHub calls one that was made, renamed or moved since 15 July 2026, or OWNER/NAME, which trusts whoever comes to have that name. Default: none; a backend of type "cloud" lets its workspaces deploy without a word here.',
      allowed: 'OWNER@ID/NAME@ID or OWNER/NAME of a repository on GitHub',
    }).optional(),
    oidcProvidersExist: yesOrNo(
      'true: the accounts have the OpenID Connect provider of GitHub or Terraform Cloud already; an account takes each of them once. Default: false.',
    ).default(false),
    trustedPrincipalArns: z
      .array(principalArn('Who may assume the roles of its account.'), { error: 'a list of ARNs' })
      .describe(
        'Who else may plan and deploy, by account. Default: where no pipeline is named, whoever the account itself allows to.',
      )
      .default([]),
  },
  'Stacks that an administrator of each account deploys first: the bucket of a state in S3, and a role that plans and one that deploys, with the least rights that these stacks need. Default: none; the roles are yours.',
);
