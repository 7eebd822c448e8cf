import type { IamRoleConfig } from '@cdktf/provider-aws/lib/iam-role';
import type { Settings, Side } from '../../settings/schema';

/** What every role of an account has in common: its path, and the boundary of what it could ever be allowed. */
export function roleIn(settings: Settings, side: Side): Pick<IamRoleConfig, 'path' | 'permissionsBoundary'> {
  const { rolePath, permissionsBoundaryArn } = settings[side];
  return { path: rolePath === '/' ? undefined : rolePath, permissionsBoundary: permissionsBoundaryArn };
}
