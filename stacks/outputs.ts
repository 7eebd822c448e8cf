import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import { howToDeploy } from '../settings/howToDeploy';
import { namesOf } from '../settings/names';
import type { Settings } from '../settings/schema';

/** Outputs of an account, named `<account>_<name>`: what an operator needs to know, and the exact next commands. */
export function outputs(account: Construct, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) new TerraformOutput(account, name, { value });
}

export function afterSource({ tables }: Settings): string[] {
  const forEachTable = (command: string) => tables.map(({ name }) => `npx dcs ${command} ${name}`);
  return [
    'npx dcs check  # proves the deployment: stream, mapping, versioning, rule, policies, lock, keys',
    ...forEachTable('backfill'), // items that the streams have not shown
    ...forEachTable('verify'),
    ...forEachTable('drill'),
  ];
}

export function afterDestination(settings: Settings, keyArn: string | undefined): string[] {
  const { restoreRoleArn } = namesOf(settings);
  return [
    ...(settings.deployment.way === 'together' ? [] : [deploySource(settings, keyArn)]),
    ...settings.tables.map(
      ({ name }) => `npx dcs restore ${name} --into ${name} --dry-run --destination-role-arn ${restoreRoleArn}`,
    ),
  ];
}

function deploySource(settings: Settings, keyArn: string | undefined): string {
  const deploy = howToDeploy(settings, 'source');
  if (keyArn === undefined) return deploy;
  if (deploy.startsWith('npx cdktf ')) return `${deploy} --var destination_key_arn=${keyArn}`;
  if (deploy.endsWith(' apply')) return `${deploy} -var destination_key_arn=${keyArn}`;
  return `${deploy}; its variable destination_key_arn is ${keyArn}`;
}
