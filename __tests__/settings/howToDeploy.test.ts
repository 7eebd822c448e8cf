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
] as const)('%s: the remedy is what this deployment is deployed by', (_, deployment, side, expected) => {
  expect(howToDeploy({ name: 'dcs', deployment }, side)).toBe(expected);
});
