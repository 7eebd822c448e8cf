import fc from 'fast-check';
import { ruleFor, type ReplicationRule } from '../../../local/replication/ruleFor';

const rule = (changes: Partial<ReplicationRule> = {}): ReplicationRule => ({
  id: 'everything',
  priority: 0,
  isEnabled: true,
  prefix: '',
  replicatesDeleteMarkers: false,
  destinationBucketName: 'destination',
  ...changes,
});

const prefixes = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 3 });
const ruleSets = fc.uniqueArray(
  fc.record({ priority: fc.nat(20), isEnabled: fc.boolean(), prefix: prefixes }).map((drawn) => rule(drawn)),
  { selector: ({ priority }) => priority },
);
const objectKeys = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 5 });

const decides = ({ isEnabled, prefix }: ReplicationRule, objectKey: string) =>
  isEnabled && objectKey.startsWith(prefix);

test('law: the rule is enabled, has a prefix of the key, and no other such rule has a higher priority', () => {
  fc.assert(
    fc.property(ruleSets, objectKeys, (rules, objectKey) => {
      const found = ruleFor(rules, objectKey);
      const candidates = rules.filter((each) => decides(each, objectKey));
      const highest = Math.max(...candidates.map(({ priority }) => priority));
      expect(found).toBe(candidates.find(({ priority }) => priority === highest));
    }),
  );
});

test('law: the order of the rules changes nothing', () => {
  const shuffled = ruleSets.chain((rules) =>
    fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length })),
  );
  fc.assert(
    fc.property(shuffled, objectKeys, ([rules, others], objectKey) => {
      expect(ruleFor(others, objectKey)).toBe(ruleFor(rules, objectKey));
    }),
  );
});

test('a disabled rule does not stand in the way of one below it', () => {
  const below = rule({ id: 'below' });
  expect(ruleFor([rule({ priority: 9, isEnabled: false }), below], 'users/1/image.json')).toBe(below);
});

test('without rules nothing is replicated', () => {
  expect(ruleFor([], 'users/1/image.json')).toBeUndefined();
});
