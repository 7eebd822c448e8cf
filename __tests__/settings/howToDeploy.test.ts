import { howToDeploy } from '../../settings/howToDeploy';

const local = { type: 'local' } as const;
const cloud = { type: 'cloud', organization: 'example' } as const;

test.each([
  ['without a word in the settings', undefined, 'source', 'npx cdktf deploy'],
  ['together', { way: 'together', backend: local }, 'source', 'npx cdktf deploy'],
  ['apart', { way: 'apart', sourceBackend: local, destinationBackend: local }, 'source', 'npx cdktf deploy dcs-source'],
  [
    'in a workspace that is named as its stack',
    { way: 'together', backend: cloud },
    'destination',
    'npm run synth, and a run of the workspace example/dcs with cdktf.out/stacks/dcs',
  ],
  [
    'apart, one side in a workspace',
    { way: 'apart', sourceBackend: local, destinationBackend: { ...cloud, workspace: 'vault' } },
    'destination',
    'npm run synth, and a run of the workspace example/vault with cdktf.out/stacks/dcs-destination',
  ],
  [
    'by Terraform',
    { way: 'together', by: 'terraform', backend: local },
    'source',
    'npm run synth && terraform -chdir=cdktf.out/stacks/dcs init && terraform -chdir=cdktf.out/stacks/dcs apply',
  ],
  [
    'apart, by Terraform, in a workspace',
    { way: 'apart', by: 'terraform', sourceBackend: cloud, destinationBackend: local },
    'source',
    'npm run synth && terraform -chdir=cdktf.out/stacks/dcs-source init && terraform -chdir=cdktf.out/stacks/dcs-source apply',
  ],
  [
    'apart, by version control',
    { way: 'apart', by: 'version-control', sourceBackend: local, destinationBackend: local },
    'destination',
    'a merge to main (a new run where no setting changes), and the apply of dcs-destination that follows',
  ],
  [
    'by version control, in a workspace',
    { way: 'together', by: 'version-control', backend: cloud },
    'source',
    'a merge to main (a new run where no setting changes), and the apply of the workspace example/dcs that follows',
  ],
  ['by CDKTF, in a workspace', { way: 'together', by: 'cdktf', backend: cloud }, 'source', 'npx cdktf deploy'],
] as const)('%s: the remedy is what this deployment is deployed by', (_, deployment, side, expected) => {
  expect(howToDeploy({ name: 'dcs', deployment }, side)).toBe(expected);
});
