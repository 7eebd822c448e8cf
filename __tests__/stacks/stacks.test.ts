import { variants } from '../../stacks/variants';
import { dataSources, resource, resources, synthesize, synthesizeTogether, type StackJson } from './support/synth';

const synthesized = Object.entries(variants).map(([name, settings]) => [name, synthesize(settings)] as const);
const everyStack = synthesized.flatMap(([variant, stacks]) =>
  Object.entries(stacks).map(([name, stack]) => [`${variant}: ${name}`, stack] as const),
);

describe.each(everyStack)('%s', (_name, stack) => {
  test('every resource and data source names a provider that the stack declares', () => {
    const declared = Object.entries(stack.provider).flatMap(([name, blocks]) =>
      blocks.map(({ alias }) => (typeof alias === 'string' ? `${name}.${alias}` : name)),
    );
    const ofProviders = [...resources(stack), ...dataSources(stack)].filter(({ type }) => type !== 'terraform_data');
    for (const { address, body } of ofProviders) {
      expect({ address, declared }).toEqual({ address, declared: expect.arrayContaining([body.provider]) as unknown });
    }
  });

  test('every aws provider is aliased and bound to one account', () => {
    for (const provider of stack.provider.aws ?? []) {
      expect(provider.alias).toMatch(/^(source|destination|source-in-destination-region|source-without-tags)$/);
      expect(provider.allowed_account_ids).toHaveLength(1);
    }
  });

  test('every resource is in the account of its side', () => {
    for (const { address, type, body } of resources(stack).filter(({ type }) => type.startsWith('aws_'))) {
      const side = address.slice(type.length + 1).split('_')[0] ?? '';
      const alias = address.includes('.source_watch_replication_') ? 'source-in-destination-region' : side;
      if (type === 'aws_lambda_event_source_mapping' && body.provider === 'aws.source-without-tags') continue;
      expect({ address, provider: body.provider }).toEqual({ address, provider: `aws.${alias}` });
    }
  });

  // An account keeps 100 executions that none may reserve; a new one has 10 in all, and refuses (Lambda, configuration-concurrency).
  test('no function reserves concurrency, which a new account refuses', () => {
    for (const { body } of resources(stack, 'aws_lambda_function')) {
      expect(body).not.toHaveProperty('reserved_concurrent_executions');
    }
  });

  test('no bucket is without its guards', () => {
    for (const bucket of resources(stack, 'aws_s3_bucket')) {
      expect(bucket.body).toMatchObject({ lifecycle: { prevent_destroy: true } });
      expect(bucket.body).not.toHaveProperty('force_destroy');
      expect(bucket.body).not.toHaveProperty('acl');
      const guard = (type: string) => guardOf(stack, bucket.address, type);
      expect(guard('aws_s3_bucket_versioning')).toMatchObject({
        versioning_configuration: { status: 'Enabled' },
        lifecycle: { prevent_destroy: true },
      });
      expect(guard('aws_s3_bucket_ownership_controls')).toMatchObject({
        rule: { object_ownership: 'BucketOwnerEnforced' },
      });
      expect(guard('aws_s3_bucket_public_access_block')).toMatchObject({
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      });
      expect(guard('aws_s3_bucket_policy').policy).toContain('"aws:SecureTransport":"false"');
      expect(guard('aws_s3_bucket_server_side_encryption_configuration')).toHaveProperty('rule');
      expect(guard('aws_s3_bucket_lifecycle_configuration')).toMatchObject({
        transition_default_minimum_object_size: 'all_storage_classes_128K',
      });
    }
  });

  test('what holds data, locks it, or brings it over is not destroyed by Terraform', () => {
    const precious = [
      'aws_dynamodb_table',
      'aws_kms_key',
      'aws_s3_bucket',
      'aws_s3_bucket_versioning',
      'aws_s3_bucket_object_lock_configuration',
      'aws_s3_bucket_replication_configuration',
      'terraform_data',
    ];
    for (const { address, body } of resources(stack).filter(({ type }) => precious.includes(type))) {
      expect({ address, lifecycle: body.lifecycle }).toMatchObject({ address, lifecycle: { prevent_destroy: true } });
    }
  });

  test('uses no argument that only version 6 of the provider knows', () => {
    for (const { address, body } of resources(stack)) expect({ address, ...body }).not.toHaveProperty('region');
    expect(stack.terraform.required_providers.aws).toEqual({
      source: 'hashicorp/aws',
      version: '>= 5.100.0, < 7.0.0',
    });
  });

  test('holds no absolute path, and no sign of a wrong interpolation', () => {
    const text = JSON.stringify(stack);
    expect(text).not.toMatch(/"\/(tmp|home|work|root|Users|var)\b/);
    expect(text).not.toMatch(/TfToken|\[object Object\]|undefined/);
  });
});

test('a runtime that version 5 of the provider does not know asks for a provider that does', () => {
  const stack = synthesizeTogether({ ...variants.minimal, capture: { runtime: 'nodejs24.x' } });
  expect(stack.terraform.required_providers.aws?.version).toBe('>= 6.19.0, < 7.0.0');
});

test('logical ids of what holds data are pinned: renaming one would replace the resource', () => {
  const stack = synthesizeTogether({ ...variants['customer-managed'] });
  const ids = resources(stack)
    .filter(({ type }) =>
      /^aws_(s3_bucket|dynamodb_table|kms_key)$|_versioning$|_object_lock_|_replication_/.test(type),
    )
    .map(({ address }) => address);
  expect(ids.sort()).toEqual([
    'aws_dynamodb_table.source_table-orders',
    'aws_dynamodb_table.source_table-users',
    'aws_kms_key.destination_key',
    'aws_kms_key.source_key',
    'aws_s3_bucket.destination_bucket',
    'aws_s3_bucket.source_bucket',
    'aws_s3_bucket_object_lock_configuration.destination_object-lock',
    'aws_s3_bucket_replication_configuration.source_replication',
    'aws_s3_bucket_versioning.destination_bucket_versioning',
    'aws_s3_bucket_versioning.source_bucket_versioning',
  ]);
});

describe.each([
  ['s3-managed', {}],
  ['customer-managed', { encryption: { type: 'customer-managed' } }],
])('together and apart, %s', (_name, encryption) => {
  const shared = { ...variants.tables, ...encryption };
  const together = synthesize(shared);
  const apart = synthesize({ ...shared, deployment: variants.apart.deployment });

  test('both ways of deploying give the same resources', () => {
    expect(Object.keys(apart).sort()).toEqual(['dcs-destination', 'dcs-source']);
    expect(comparable(apart)).toEqual(comparable(together));
  });

  test('deployed apart, no stack knows the other account: neither its provider nor its state', () => {
    for (const [name, stack] of Object.entries(apart)) {
      const side = name.replace('dcs-', '');
      for (const { alias } of stack.provider.aws ?? []) expect(alias).toMatch(new RegExp(`^${side}(-|$)`));
      expect(Object.keys(stack.data ?? {})).not.toContain('terraform_remote_state');
    }
  });
});

describe('the table', () => {
  const stack = synthesizeTogether(variants.tables);

  test('that is created has its stream, recovery, encryption and protection', () => {
    expect(resource(stack, 'aws_dynamodb_table.source_table-orders')).toMatchObject({
      hash_key: 'customerId',
      range_key: 'orderedAt',
      billing_mode: 'PAY_PER_REQUEST',
      stream_enabled: true,
      stream_view_type: 'NEW_AND_OLD_IMAGES',
      point_in_time_recovery: { enabled: true },
      server_side_encryption: { enabled: true },
      deletion_protection_enabled: true,
      ttl: { attribute_name: 'expiresAt', enabled: true },
    });
  });

  test('that exists is looked up and never managed', () => {
    expect(resources(stack, 'aws_dynamodb_table')).toHaveLength(1);
    const lookedUp = dataSources(stack).filter(({ type }) => type === 'aws_dynamodb_table');
    expect(lookedUp.map(({ body }) => body.name)).toEqual(['archive.orders_2018', 'users']);
  });

  test('that exists is refused without both images, and the message says how to enable them', () => {
    const users = stack.data?.aws_dynamodb_table?.['source_table-users'] as {
      lifecycle: { postcondition: { condition: string; error_message: string }[] };
    };
    const [streamCondition, keyCondition] = users.lifecycle.postcondition;
    expect(streamCondition?.condition).toBe('${self.stream_enabled && self.stream_view_type == "NEW_AND_OLD_IMAGES"}');
    expect(streamCondition?.error_message).toContain(
      'aws dynamodb update-table --region eu-central-1 --table-name users --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES',
    );
    expect(keyCondition?.condition).toContain('["id", ""]');
  });
});

describe('capture', () => {
  const stack = synthesizeTogether(variants.tables);

  test('is one function for each table, fed by its own mapping', () => {
    const functions = resources(stack, 'aws_lambda_function').map(({ body }) => body.function_name);
    expect(functions).toContain('dcs-capture-orders');
    expect(functions).toHaveLength(3 + 5);
    expect(resources(stack, 'aws_lambda_event_source_mapping')).toHaveLength(3);
  });

  test('reads the stream from its start, reports partial failures, bisects, gives up late, and parks in S3', () => {
    expect(resource(stack, 'aws_lambda_event_source_mapping.source_capture-orders_event-source-mapping')).toMatchObject(
      {
        event_source_arn: '${aws_dynamodb_table.source_table-orders.stream_arn}',
        starting_position: 'TRIM_HORIZON',
        function_response_types: ['ReportBatchItemFailures'],
        bisect_batch_on_function_error: true,
        batch_size: 500,
        maximum_batching_window_in_seconds: 1,
        parallelization_factor: 2,
        maximum_retry_attempts: 100,
        maximum_record_age_in_seconds: 79_200,
        destination_config: { on_failure: { destination_arn: 'arn:aws:s3:::example-dcs-source' } },
        metrics_config: { metrics: ['EventCount'] },
      },
    );
  });

  test('starts only when images can be replicated: older ones would not be', () => {
    for (const { body } of resources(stack, 'aws_lambda_event_source_mapping')) {
      expect(body.depends_on).toContain('aws_s3_bucket_replication_configuration.source_replication');
    }
  });

  test('tells the function its bucket, its table and its keys, a sort key only when there is one', () => {
    const environment = (id: string) =>
      resource(stack, `aws_lambda_function.source_capture-${id}_function`).environment;
    expect(environment('orders')).toEqual({
      variables: {
        DCS_BUCKET: 'example-dcs-source',
        DCS_PREFIX: 'dcs/',
        DCS_TABLE: 'orders',
        DCS_PARTITION_KEY: 'customerId',
        DCS_SORT_KEY: 'orderedAt',
        DCS_LARGE_IMAGE_STORAGE_CLASS: 'STANDARD_IA',
      },
    });
    expect(environment('users')).toEqual({
      variables: expect.not.objectContaining({ DCS_SORT_KEY: expect.anything() as unknown }) as unknown,
    });
  });

  test('asks for a new package when and only when the code changes', () => {
    const packages = (code: string) =>
      Object.values(synthesize(variants.minimal, code)).flatMap((each) =>
        resources(each, 'aws_lambda_function').map(({ body }) => [body.filename, body.source_code_hash]),
      );
    expect(packages('one')).toEqual(packages('one'));
    const others = packages('two').flat();
    for (const value of packages('one').flat()) expect(others).not.toContain(value);
  });
});

describe('replication', () => {
  const rule = (settings: unknown) =>
    (
      resource(synthesizeTogether(settings), 'aws_s3_bucket_replication_configuration.source_replication') as {
        rule: Record<string, unknown>[];
      }
    ).rule;

  test('is one rule of the second version for every object, without delete markers', () => {
    expect(rule(variants.minimal)).toEqual([
      {
        id: 'dcs-to-destination',
        priority: 0,
        status: 'Enabled',
        filter: {},
        delete_marker_replication: { status: 'Disabled' },
        destination: {
          bucket: 'arn:aws:s3:::example-dcs-destination',
          metrics: { status: 'Enabled', event_threshold: { minutes: 15 } },
          replication_time: { status: 'Enabled', time: { minutes: 15 } },
        },
      },
    ]);
  });

  test('asks for objects under the key of the source and writes under the key of the destination', () => {
    expect(rule(variants['customer-managed'])[0]).toMatchObject({
      source_selection_criteria: { sse_kms_encrypted_objects: { status: 'Enabled' } },
      destination: { encryption_configuration: { replica_kms_key_id: '${aws_kms_key.destination_key.arn}' } },
    });
  });

  test('keeps its metrics without time control, and can be paused', () => {
    expect(rule(variants.everything)[0]?.destination).toEqual({
      bucket: 'arn:aws:s3:::example-dcs-destination',
      metrics: { status: 'Enabled' },
    });
    expect(rule(variants.paused)[0]?.status).toBe('Disabled');
  });

  test('waits for the versioning of both buckets and for the policy and lock of the destination', () => {
    const { depends_on } = resource(
      synthesizeTogether(variants.minimal),
      'aws_s3_bucket_replication_configuration.source_replication',
    );
    expect(depends_on).toEqual(
      expect.arrayContaining([
        'aws_s3_bucket_versioning.source_bucket_versioning',
        'aws_s3_bucket_versioning.destination_bucket_versioning',
        'aws_s3_bucket_policy.destination_bucket_policy',
        'aws_s3_bucket_ownership_controls.destination_bucket_ownership',
        'aws_s3_bucket_object_lock_configuration.destination_object-lock',
      ]),
    );
  });
});

describe('Object Lock', () => {
  const lock = 'aws_s3_bucket_object_lock_configuration';

  test('keeps every version of the destination for its time; the source has none, which would go before it', () => {
    const stack = synthesizeTogether(variants.minimal);
    expect(resource(stack, `${lock}.destination_object-lock`)).toMatchObject({
      object_lock_enabled: 'Enabled',
      rule: { default_retention: { mode: 'COMPLIANCE', days: 30 } },
    });
    expect(resource(stack, 'aws_s3_bucket.destination_bucket').object_lock_enabled).toBe(true);
    expect(resource(stack, 'aws_s3_bucket.source_bucket').object_lock_enabled).toBe(false);
  });

  test('switched off still keeps versioning from being suspended', () => {
    const stack = synthesizeTogether(variants.paused);
    expect(resources(stack, lock)).toEqual([]);
    expect(resource(stack, 'aws_s3_bucket.destination_bucket').object_lock_enabled).toBe(true);
  });
});

describe('backends', () => {
  test('S3: encrypted, with a lock file, one key for each stack', () => {
    const stacks = synthesize(variants['apart-customer-managed']);
    const backend = (name: string) => stacks[name]?.terraform.backend?.s3;
    expect(backend('dcs-source')).toMatchObject({ key: 'dcs/dcs-source.tfstate', encrypt: true, use_lockfile: true });
    expect(backend('dcs-destination')).toMatchObject({ key: 'dcs/dcs-destination.tfstate', use_lockfile: true });
  });

  test('cloud: the workspace is called like the stack, unless the settings name one', () => {
    const stacks = synthesize(variants['apart-cloud-backends']);
    expect(stacks['dcs-source']?.terraform.cloud).toMatchObject({ workspaces: { name: 'dcs-source' } });
    expect(stacks['dcs-destination']?.terraform.cloud).toMatchObject({ workspaces: { name: 'vault' } });
  });

  test('local: a path that does not depend on the checkout', () => {
    const { backend } = synthesizeTogether(variants.minimal).terraform;
    expect(backend).toEqual({ local: { path: '../../../terraform.dcs.tfstate' } });
  });
});

test('an emulator answers every service of the account, and none goes to AWS', () => {
  for (const stack of Object.values(synthesize(variants.emulated))) {
    for (const provider of stack.provider.aws ?? []) {
      const [endpoints] = provider.endpoints as Record<string, string>[];
      expect(new Set(Object.values(endpoints ?? {}))).toEqual(new Set(['http://127.0.0.1:5000']));
      expect(provider).toMatchObject({ s3_use_path_style: true, skip_credentials_validation: true });
      for (const service of servicesOf(stack)) expect(Object.keys(endpoints ?? {})).toContain(service);
    }
  }
});

test('the outputs of each account end with the exact next commands', () => {
  const { output } = synthesizeTogether(variants.minimal);
  expect(output?.source_next_steps?.value).toEqual(expect.arrayContaining([expect.stringMatching(/^npx dcs check/)]));
  const apart = synthesize(variants['apart-customer-managed']);
  expect(apart['dcs-destination']?.output?.destination_next_steps?.value).toContain(
    'npx cdktf deploy dcs-source --var destination_key_arn=${aws_kms_key.destination_key.arn}',
  );
  expect(Object.keys(apart['dcs-source']?.variable ?? {})).toEqual(['destination_key_arn']);
});

test.each([
  [
    'terraform',
    /^npm run synth && .* && terraform -chdir=\S+dcs-source apply -var destination_key_arn=\$\{aws_kms_key/,
  ],
  [
    'version-control',
    /^a merge to main .* apply of dcs-source that follows; its variable destination_key_arn is \$\{aws/,
  ],
])('deployed by %s, the next command is of that way', (by, expected) => {
  const settings = variants['apart-customer-managed'];
  const { output } = synthesize({ ...settings, deployment: { ...(settings.deployment as object), by } })[
    'dcs-destination'
  ]!;
  expect(output?.destination_next_steps?.value).toContainEqual(expect.stringMatching(expected));
});

function guardOf(stack: StackJson, bucketAddress: string, type: string): Record<string, unknown> {
  const found = resources(stack, type).filter(({ body }) => body.bucket === `\${${bucketAddress}.id}`);
  expect({ bucketAddress, type, count: found.length }).toEqual({ bucketAddress, type, count: 1 });
  return found[0]!.body;
}

/** Resources and data sources by address, without what only tells in which stack they are. */
function comparable(stacks: Record<string, StackJson>): Record<string, unknown> {
  const elements = Object.values(stacks).flatMap((stack) => [...resources(stack), ...dataSources(stack)]);
  const text = JSON.stringify(
    Object.fromEntries(
      elements.map(({ address, body }) => [address, { ...body, '//': undefined, depends_on: undefined }]),
    ),
  );
  // The one value that a stack alone has to be told; the commands that follow differ as well, but are outputs.
  const same = text.replaceAll('var.destination_key_arn', 'aws_kms_key.destination_key.arn');
  return JSON.parse(same) as Record<string, unknown>;
}

/** The provider's names for the services of a stack's resources. */
function servicesOf(stack: StackJson): string[] {
  const byStart: readonly (readonly [RegExp, string])[] = [
    [/^aws_cloudwatch_(dashboard|metric_alarm)$/, 'cloudwatch'],
    [/^aws_cloudwatch_event_/, 'cloudwatchevents'],
    [/^aws_cloudwatch_log_/, 'cloudwatchlogs'],
    [/^aws_(dynamodb|iam|kms|lambda|s3|sns|sqs)_/, ''],
  ];
  const types = [...new Set(resources(stack).map(({ type }) => type))].filter((type) => type.startsWith('aws_'));
  return types.map((type) => {
    const [pattern, service] = byStart.find(([start]) => start.test(type)) ?? [];
    if (pattern === undefined) throw new Error(`${type}: of which service is it? Add it here and to SERVICES.`);
    return service === '' ? (pattern.exec(type)?.[1] ?? '') : (service ?? '');
  });
}
