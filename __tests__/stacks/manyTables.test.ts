import { runSimulation } from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import { definedTables } from '../../core/definitionEvent';
import {
  definitionEvents,
  INPUT_CHARACTERS,
  MOST_TABLES,
  TARGETS_OF_A_RULE,
} from '../../stacks/constructs/definedTables';
import { policyJson, type Statement } from '../../stacks/policies/document';
import { decryptItems, readItemsByKey } from '../../stacks/policies/drill';
import { INLINE_CHARACTERS, MANAGED_CHARACTERS, MANAGED_OF_A_ROLE, packed } from '../../stacks/policies/packed';
import { describeTables, keepTableDefinitions } from '../../stacks/policies/tableDefinition';

const inlineFirst = (index: number) => (index === 0 ? INLINE_CHARACTERS : MANAGED_CHARACTERS);

/** Names as DynamoDB takes them, up to the longest; no two are the same. */
const tableNames = fc
  .array(fc.tuple(fc.integer({ min: 3, max: 255 }), fc.constantFrom('a', '.', '_', '-Z')), {
    minLength: 1,
    maxLength: MOST_TABLES,
  })
  .map((shapes) =>
    shapes.map(([length, filler], index) => `${index}`.padStart(3, '0') + filler.repeat(length).slice(0, length - 3)),
  );
const longest = Array.from({ length: MOST_TABLES }, (_, index) => `${index}`.padStart(255, 'x'));

const arnOf = (name: string) => `arn:aws-us-gov:dynamodb:us-gov-west-1:111111111111:table/${name}`;
const keyOf = (name: string) => `arn:aws-us-gov:kms:us-gov-west-1:111111111111:key/${name.slice(0, 3).padEnd(36, '0')}`;
const readerOf = (names: readonly string[]) => [
  readItemsByKey(names.map(arnOf)),
  ...decryptItems(names.map(keyOf), 'us-gov-west-1'),
];

/** Every action and resource that the statements name, with the conditions: two that are the same decide the same. */
const grants = (statements: readonly Statement[]) =>
  statements
    .flatMap(({ Action, Resource, ...rest }) =>
      [Action]
        .flat()
        .flatMap((action) => [Resource ?? []].flat().map((one) => JSON.stringify([action, one, { ...rest, Sid: '' }]))),
    )
    .sort();
const read = (policy: string) => (JSON.parse(policy) as { Statement: Statement[] }).Statement;

test('up to the bound, any tables give policies that a role may have, and together they say what one would', () => {
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: tableNames }, fc.constant(longest)), (names) => {
      const statements = [
        ...keepTableDefinitions('arn:aws:s3:::b', ''),
        describeTables(names.map(arnOf)),
        ...readerOf(names),
      ];
      for (const all of [readerOf(names), statements.slice(0, 3)]) {
        const policies = packed(all, inlineFirst);
        policies.forEach((policy, index) => expect(policy.length).toBeLessThanOrEqual(inlineFirst(index)));
        expect(policies.length - 1).toBeLessThanOrEqual(MANAGED_OF_A_ROLE);
        for (const policy of policies) {
          const sids = read(policy).map(({ Sid }) => Sid);
          expect(new Set(sids).size).toBe(sids.length);
        }
        expect(grants(policies.flatMap(read))).toEqual(grants(all));
      }
    }),
    { numRuns: 40 },
  );
});

test('IAM decides by the parts as by the whole', async () => {
  const names = longest.slice(0, 60);
  const whole = [JSON.parse(policyJson(...readerOf(names))) as object];
  const parts = packed(readerOf(names), inlineFirst).map((policy) => JSON.parse(policy) as object);
  expect(parts.length).toBeGreaterThan(2);
  const decide = async (policies: readonly object[], action: string, resource: string, service: string) => {
    const response = await runSimulation(
      {
        request: {
          principal: 'arn:aws-us-gov:iam::111111111111:role/reader',
          action,
          resource: { resource, accountId: '111111111111' },
          contextVariables: { 'kms:ViaService': service },
        },
        identityPolicies: policies.map((policy, index) => ({ name: `part-${index}`, policy })),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    if (response.resultType === 'error') throw new Error(JSON.stringify(response.errors));
    return response.overallResult;
  };
  const through = 'dynamodb.us-gov-west-1.amazonaws.com';
  const asked = [...names, 'another'].flatMap((name) => [
    ['dynamodb:GetItem', arnOf(name), through],
    ['dynamodb:Scan', arnOf(name), through],
  ]);
  let allowed = 0;
  for (const [action = '', resource = '', service = ''] of asked) {
    const decision = await decide(parts, action, resource, service);
    expect([action, resource, decision]).toEqual([action, resource, await decide(whole, action, resource, service)]);
    if (decision === 'Allowed') allowed++;
  }
  expect(allowed).toBe(names.length);
});

test('up to the bound, every table is named by one event of a schedule that EventBridge takes', () => {
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: tableNames }, fc.constant(longest)), (names) => {
      const events = definitionEvents(names);
      expect(events.length).toBeLessThanOrEqual(TARGETS_OF_A_RULE);
      for (const event of events) expect(event.length).toBeLessThanOrEqual(INPUT_CHARACTERS);
      expect(events.flatMap((event) => definedTables(JSON.parse(event)))).toEqual(names);
    }),
    { numRuns: 40 },
  );
});
