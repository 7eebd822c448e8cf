import { readFileSync } from 'node:fs';
import path from 'node:path';
import { lineOf, type CommandRight } from '../../support/calls/known';
import { synthesizeTogether } from '../support/synth';
import { CALLS, IMPLIED, IMPLIED_ON, placesOf, policyOf, principalOf } from './calls';
import { isAllowed, policyAt } from './evaluate';
import { readPage, withTables } from './page';

const example = JSON.parse(readFileSync(path.resolve(__dirname, '../../../dcs.config.example.json'), 'utf8')) as {
  tables: object[];
};
const stack = synthesizeTogether({
  ...example,
  tables: example.tables.slice(0, 1),
  encryption: { type: 'customer-managed' },
  operator: { importBucketName: 'example-imports-source', exportBucketName: 'example-exports' },
  restore: { importBucketName: 'example-imports-destination' },
  engine: { enabled: true, bucketName: 'example-engine' },
  erase: { trustedPrincipalArns: ['arn:aws:iam::222222222222:role/privacy'], bypassGovernanceRetention: true },
});

/** One of each, whichever of the commands with a role asks. */
const decided = [...new Map(CALLS.map((call) => [lineOf({ ...call, command: policyOf(call) }), call])).values()];

test('every call that a command was seen to make is allowed to the role that it works with', async () => {
  expect(CALLS.length).toBeGreaterThan(200);
  const refused = [];
  for (const call of decided) {
    for (const place of placesOf(call)) {
      const context = CONTEXTS[call.action] ?? {};
      const allowed = await isAllowed(stack, { principal: principalOf(call), action: call.action, ...place, context });
      if (!allowed) refused.push({ ...call, resourceArn: place.resourceArn });
    }
  }
  expect(refused).toEqual([]);
});

/** What S3 tells IAM of a lock that is to be set, and of a job that is to begin. */
const CONTEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  's3:PutObjectRetention': { 's3:object-lock-remaining-retention-days': '30', 's3:object-lock-mode': 'COMPLIANCE' },
  's3:CreateJob': { 's3:RequestJobOperation': 'S3ReplicateObject' },
  'iam:PassRole': { 'iam:PassedToService': 'batchoperations.s3.amazonaws.com' },
};

/** Those of operators; the function's is held to its work elsewhere. */
const ROLES = [...new Set(CALLS.filter(({ command }) => command !== 'lock').map(policyOf))];

test('the roles of operators allow nothing that no command calls, but what AWS asks of whoever calls', () => {
  const unused = ROLES.flatMap((address) => {
    const calls = CALLS.filter((call) => policyOf(call) === address);
    return statementsOf(address).flatMap(({ Action, Resource }) => {
      const called = (action: string, resource: string) => calls.some((call) => isOf(call, action, resource));
      const isImplied = (action: string, resource: string) => action in IMPLIED || IMPLIED_ON.test(resource);
      const actions = Action.filter((action) => !Resource.some((one) => isImplied(action, one) || called(action, one)));
      const resources = Resource.filter(
        (one) => !Action.some((action) => isImplied(action, one) || called(action, one)),
      );
      return [...actions, ...resources].map((what) => `${address}: ${what}`);
    });
  });
  expect(unused).toEqual([]);
});

interface Statement {
  readonly Action: string[];
  readonly Resource: string[];
}

function statementsOf(address: string): Statement[] {
  return policyAt(stack, address).Statement.map((statement) => {
    const { Action, Resource } = statement as unknown as Record<'Action' | 'Resource', string | string[]>;
    return { Action: [Action].flat(), Resource: [Resource].flat() };
  });
}

function isOf(call: CommandRight, action: string, resource: string): boolean {
  const escaped = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`^${resource.split('*').map(escaped).join('.*')}$`);
  return call.action === action && placesOf(call).some(({ resourceArn }) => pattern.test(resourceArn));
}

test('what is said to be implied is allowed by some role', () => {
  const allowed = ROLES.flatMap(statementsOf).flatMap(({ Action }) => Action);
  for (const action of Object.keys(IMPLIED)) expect(allowed).toContain(action);
});

test('docs/security.md shows both tables (npm run docs:security prints them anew)', () => {
  expect(readPage()).toBe(withTables(readPage()));
});
