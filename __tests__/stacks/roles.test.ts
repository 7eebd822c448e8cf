import { variants } from '../../stacks/variants';
import { resources, synthesizeTogether } from './support/synth';

test('every role of every construct has the path and the boundary that its account asks for', () => {
  const { bounded, everything, minimal } = variants;
  const customerManaged = { type: 'customer-managed' };
  for (const settings of [bounded, { ...bounded, encryption: customerManaged, drill: everything.drill }]) {
    const stack = synthesizeTogether(settings);
    const roles = resources(stack, 'aws_iam_role');
    expect(roles.length).toBeGreaterThan(5);
    for (const { address, body } of roles) {
      const { rolePath, permissionsBoundaryArn } = settings[address.includes('.source_') ? 'source' : 'destination'];
      const { path, permissions_boundary } = body;
      expect({ address, path, permissions_boundary }).toEqual({
        address,
        path: rolePath,
        permissions_boundary: permissionsBoundaryArn,
      });
    }
    // What names a role names it with its path.
    const named = JSON.stringify(stack).match(/:role\/[\w/-]*dcs-[\w-]+/g) ?? [];
    expect(named.length).toBeGreaterThan(3);
    for (const role of named) expect(role).toMatch(/^:role\/(vault\/)?dcs\/dcs-/);
  }
  for (const { body } of resources(synthesizeTogether(minimal), 'aws_iam_role')) {
    expect(body).not.toHaveProperty('path');
    expect(body).not.toHaveProperty('permissions_boundary');
  }
});
