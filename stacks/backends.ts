import { CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, type TerraformStack } from 'cdktf';
import type { BackendSettings } from '../settings/backend';

/** Gives a stack its state. The stack's name is the key, the workspace, or the file, unless the settings name one. */
export function useBackend(stack: TerraformStack, stackName: string, backend: BackendSettings): void {
  switch (backend.type) {
    case 's3':
      new S3Backend(stack, {
        bucket: backend.bucketName,
        key: `${backend.keyPrefix}${stackName}.tfstate`,
        region: backend.region,
        encrypt: true,
        ...(backend.roleArn === undefined ? {} : { assumeRole: { roleArn: backend.roleArn } }),
      });
      // The bindings do not know the argument. Terraform 1.10 or later; no table for locks.
      stack.addOverride('terraform.backend.s3.use_lockfile', true);
      return;
    case 'cloud':
      new CloudBackend(stack, {
        ...(backend.hostname === undefined ? {} : { hostname: backend.hostname }),
        organization: backend.organization,
        workspaces: new NamedCloudWorkspace(backend.workspace ?? stackName, backend.project),
      });
      return;
    case 'local':
      // Relative to the stack's own folder below cdktf.out: an absolute path would differ from checkout to checkout.
      new LocalBackend(stack, { path: `../../../terraform.${stackName}.tfstate` });
  }
}
