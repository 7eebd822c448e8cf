import { readRules } from '../../../local/replication/rules';

const block = (changes: object = {}) => ({
  id: 'images',
  priority: 0,
  status: 'Enabled',
  filter: {},
  delete_marker_replication: { status: 'Disabled' },
  destination: { bucket: 'arn:aws:s3:::destination' },
  ...changes,
});

test('a rule is read in the words of Terraform', () => {
  const blocks = [
    block(),
    block({
      id: 'users',
      priority: 3,
      status: 'Disabled',
      filter: { prefix: 'users/' },
      delete_marker_replication: { status: 'Enabled' },
      destination: { bucket: 'arn:aws-cn:s3:::destination', storage_class: 'GLACIER_IR' },
    }),
  ];
  expect(readRules(blocks.slice(0, 1))).toEqual([
    {
      id: 'images',
      priority: 0,
      isEnabled: true,
      prefix: '',
      replicatesDeleteMarkers: false,
      destinationBucketName: 'destination',
      storageClass: undefined,
    },
  ]);
  expect(readRules(blocks.slice(1))).toEqual([
    {
      id: 'users',
      priority: 3,
      isEnabled: false,
      prefix: 'users/',
      replicatesDeleteMarkers: true,
      destinationBucketName: 'destination',
      storageClass: 'GLACIER_IR',
    },
  ]);
});

test('what changes nothing that can be seen here is let pass: encryption, owner, metrics, time control', () => {
  const destination = {
    bucket: 'arn:aws:s3:::destination',
    account: '222222222222',
    access_control_translation: { owner: 'Destination' },
    encryption_configuration: { replica_kms_key_id: 'arn:aws:kms:eu-west-1:222222222222:key/k' },
    metrics: { status: 'Enabled', event_threshold: { minutes: 15 } },
    replication_time: { status: 'Enabled', time: { minutes: 15 } },
  };
  const source_selection_criteria = {
    sse_kms_encrypted_objects: { status: 'Enabled' },
    replica_modifications: { status: 'Disabled' },
  };
  expect(readRules([block({ destination, source_selection_criteria })])).toHaveLength(1);
});

const without = (name: string) => Object.fromEntries(Object.entries(block()).filter(([other]) => other !== name));

test.each([
  ['a tag', block({ filter: { tag: { key: 'a', value: 'b' } } }), 'rule[0].filter: tag: not played'],
  ['several conditions', block({ filter: { and: { prefix: 'a' } } }), 'rule[0].filter: and: not played'],
  ['the first version, without a filter', without('filter'), 'rule[0].filter: '],
  ['the prefix of the first version', block({ prefix: 'users/' }), 'rule[0]: prefix: not played'],
  ['an unknown status', block({ status: 'On' }), '"Enabled"|"Disabled"; it is "On"'],
  ['delete markers left open', without('delete_marker_replication'), 'rule[0].delete_marker_replication: '],
  ['a reference instead of an ARN', block({ destination: { bucket: '${b.arn}' } }), 'it is "${b.arn}"'],
  [
    'changes of replicas',
    block({ source_selection_criteria: { replica_modifications: { status: 'Enabled' } } }),
    'rule[0].source_selection_criteria.replica_modifications.status: not played; only Disabled is; it is "Enabled"',
  ],
  [
    'existing objects',
    block({ existing_object_replication: { status: 'Enabled' } }),
    'rule[0].existing_object_replication.status: not played',
  ],
  ['a setting that is not known', block({ magic: true }), 'rule[0]: magic: not played'],
])('refused by name, not ignored: %s', (_, refused, message) => {
  expect(() => readRules([refused])).toThrow(message);
});

test('all that is refused is named at once', () => {
  expect(() => readRules([block({ status: 'On', magic: 1 })])).toThrow(/status[^]*magic/);
});

test('rules that contradict each other are refused: two destination buckets, one priority twice', () => {
  const other = block({ destination: { bucket: 'arn:aws:s3:::another' } });
  expect(() => readRules([block(), other])).toThrow(/several destination buckets[^]*the priority 0/);
});
