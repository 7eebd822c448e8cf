import type { JsonObject } from '../../planReview/json';
import type { Action } from '../../planReview/plan';
import { GUARDED_TYPES } from '../../planReview/guarded/types';
import { variants } from '../../stacks/variants';
import { resources, synthesize } from '../stacks/support/synth';
import { found } from './support';

/** What may go without a word: it neither holds nor guards anything, and stands in the settings anyway. */
const MAY_GO = [
  'aws_cloudwatch_dashboard',
  'aws_kms_alias',
  'aws_lambda_function_event_invoke_config',
  'aws_s3_bucket_lifecycle_configuration',
];

const stacks = Object.entries(variants).flatMap(([variant, settings]) =>
  Object.entries(synthesize(settings)).map(([name, stack]) => {
    const all = resources(stack).map(({ address, body }) => ({ address, body: body as JsonObject }));
    return [`${variant}: ${name}`, all] as const;
  }),
);

/** As in a plan: what refers to another resource that is made is only known after the apply. */
const known = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => !JSON.stringify(value).includes('${')));

describe.each(stacks)('%s', (_name, all) => {
  const each = (actions: Action[], sides: (body: JsonObject) => { before?: JsonObject; after?: JsonObject }) =>
    found(...all.map(({ address, body }) => ({ address, actions, ...sides(body) })));

  test('a first deployment has no findings', () => {
    expect(each(['create'], (body) => ({ after: known(body) }))).toEqual([]);
  });

  test('a plan without changes has no findings', () => {
    expect(each(['no-op'], (body) => ({ before: body, after: body }))).toEqual([]);
  });

  test('an update that changes nothing that guards, like the hash of a function, has no findings', () => {
    const after = (body: JsonObject) => ({
      ...body,
      ...(body.source_code_hash === undefined ? {} : { source_code_hash: 'another' }),
      tags: { team: 'other' },
      tags_all: { team: 'other' },
    });
    expect(each(['update'], (before) => ({ before, after: after(before) }))).toEqual([]);
  });

  test.each([
    ['destroyed', ['delete'], false],
    ['replaced', ['delete', 'create'], true],
    ['replaced', ['create', 'delete'], true],
    ['forgotten', ['forget'], false],
  ] as const)('every resource but the ones that may go is a finding when it is %s (%s)', (finding, actions, isMade) => {
    const guarded = all.filter(({ address }) => !MAY_GO.includes(address.split('.')[0]!));
    const findings = each([...actions], (body) => ({ before: body, ...(isMade ? { after: body } : {}) }));
    expect(findings).toEqual(guarded.map(({ address }) => `${address}:${finding}`));
  });
});

test('every type of every stack is in the table, and no type is guarded in vain', () => {
  const used = [...new Set(stacks.flatMap(([, all]) => all.map(({ address }) => address.split('.')[0]!)))];
  // Sets what a key's own policy sets.
  expect(Object.keys(GUARDED_TYPES).sort()).toEqual([...used, 'aws_kms_key_policy'].sort());
});
