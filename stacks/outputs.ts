import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import { namesOf } from './names';
import type { Settings } from './settings/schema';

/** Outputs of an account, named `<account>_<name>`: what an operator needs to know, and the exact next commands. */
export function outputs(account: Construct, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) new TerraformOutput(account, name, { value });
}

export function afterSource(): string[] {
  return [
    'npx dcs check      # proves the deployment: stream, mapping, versioning, rule, policies, lock, keys',
    'npx dcs backfill   # writes the items that the streams have not shown',
    'npx dcs verify     # compares table, source bucket and destination bucket',
    'npx dcs drill      # restores a table into a scratch table, compares, and keeps a report',
  ];
}

export function afterDestination(settings: Settings, keyArn: string | undefined): string[] {
  const { partition, restoreRole } = namesOf(settings);
  const restoreRoleArn = `arn:${partition}:iam::${settings.destination.accountId}:role/${restoreRole}`;
  return [
    ...(settings.deployment.way === 'together' ? [] : [deploySource(settings.name, keyArn)]),
    `aws sts assume-role --role-arn ${restoreRoleArn} --role-session-name restore`,
    'npx dcs restore --dry-run   # with the credentials of that role: shows what a restore would do',
  ];
}

function deploySource(name: string, keyArn: string | undefined): string {
  const deploy = `npx cdktf deploy ${name}-source`;
  return keyArn === undefined ? deploy : `${deploy} --var destination_key_arn=${keyArn}`;
}
