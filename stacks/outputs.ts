import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
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
    ...(settings.deployment.way === 'together' ? [] : [deploySource(settings.name, keyArn)]),
    ...settings.tables.map(
      ({ name }) => `npx dcs restore ${name} --into ${name} --dry-run --destination-role-arn ${restoreRoleArn}`,
    ),
  ];
}

function deploySource(name: string, keyArn: string | undefined): string {
  const deploy = `npx cdktf deploy ${name}-source`;
  return keyArn === undefined ? deploy : `${deploy} --var destination_key_arn=${keyArn}`;
}
