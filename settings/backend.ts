import { z } from 'zod';
import { bucketName, group, oneOf, region, roleArn, text } from './fields';

/** Where Terraform's state lives. */

const s3Backend = group(
  {
    type: z.literal('s3'),
    bucketName: bucketName(
      'Bucket of the state. It exists already, is versioned, and is none of the buckets that DCS makes.',
    ),
    region: region('Region of that bucket.'),
    keyPrefix: text(/^([\w.-]+\/)*$/, {
      description: 'Put before the key "<stack name>.tfstate". Default: "dcs/".',
      allowed: 'empty, or letters, digits, _ . - and slashes, with a slash at the end and none at the start',
    }).default('dcs/'),
    roleArn: roleArn(
      'Role to assume for the state alone. Default: the credentials that Terraform runs with.',
    ).optional(),
  },
  'State in S3, encrypted, locked by a lock file beside it (use_lockfile; Terraform 1.10 or later).',
);

const cloudBackend = group(
  {
    type: z.literal('cloud'),
    organization: text(/^[\w-]{3,40}$/, {
      description: 'Organization in Terraform Cloud / HCP Terraform.',
      allowed: '3 to 40 letters, digits, _ and -',
    }),
    workspace: text(/^[\w-]{1,90}$/, {
      description: 'Workspace. Default: the name of the stack.',
      allowed: '1 to 90 letters, digits, _ and -',
    }).optional(),
    project: text(/^[\w -]{3,40}$/, {
      description: 'Project that a new workspace is put into. Default: the default project of the organization.',
      allowed: '3 to 40 letters, digits, spaces, _ and -',
    }).optional(),
    hostname: text(/^[a-z0-9.-]+$/, {
      description: 'Host of a Terraform Enterprise installation. Default: app.terraform.io.',
      allowed: 'a host name',
    }).optional(),
  },
  'State and runs in a workspace of Terraform Cloud / HCP Terraform.',
);

const localBackend = group(
  { type: z.literal('local') },
  'State in a file beside the project: for trying out and for emulators. Whoever loses the file loses the deployment.',
);

export const backendSettings = z
  .discriminatedUnion('type', [s3Backend, cloudBackend, localBackend], {
    error: 'an object whose type is one of "s3", "cloud", "local"',
  })
  .describe('Where the state of a stack is kept.');

const by = oneOf(
  ['cdktf', 'terraform', 'version-control'],
  'What deploys, as remedies and next steps then say: "cdktf" (npx cdktf deploy), "terraform" (terraform apply in the synthesized folder), "version-control" (a merge to main, and what runs after it). Default: "cdktf"; with a "cloud" backend a run of its workspace.',
).optional();

const together = group(
  { way: z.literal('together'), by, backend: backendSettings },
  'One stack with both providers, one state, one deploy.',
);

const apart = group(
  { way: z.literal('apart'), by, sourceBackend: backendSettings, destinationBackend: backendSettings },
  'A destination stack and a source stack with a state and credentials each, so that nobody, and no run, holds both. The destination is deployed first.',
);

export const deploymentSettings = z
  .discriminatedUnion('way', [together, apart], { error: 'an object whose way is one of "together", "apart"' })
  .describe('How the two accounts are deployed, and where the state goes.');

export type BackendSettings = z.output<typeof backendSettings>;
export type DeploymentSettings = z.output<typeof deploymentSettings>;

/** Where the states are kept, each with its path in the settings. */
export function backendsOf(
  deployment: DeploymentSettings,
): { readonly path: string; readonly backend: BackendSettings }[] {
  if (deployment.way === 'together') return [{ path: 'deployment.backend', backend: deployment.backend }];
  return [
    { path: 'deployment.sourceBackend', backend: deployment.sourceBackend },
    { path: 'deployment.destinationBackend', backend: deployment.destinationBackend },
  ];
}
