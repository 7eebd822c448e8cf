import { readFileSync } from 'node:fs';
import path from 'node:path';
import { resources, statements, synthesizeTogether, type StackJson } from '../support/synth';
import { isAllowed } from './evaluate';
import { PRINCIPALS, requestsOf, ROWS } from './table';

const example = {
  ...(JSON.parse(readFileSync(path.resolve(__dirname, '../../../dcs.config.example.json'), 'utf8')) as object),
  tables: [{ name: 'users' }, { name: 'orders' }, { name: 'clicks', layout: 'journal' }],
  erase: { trustedPrincipalArns: ['arn:aws:iam::222222222222:role/privacy'] },
};
const stacks: Record<string, StackJson> = {
  'keys of S3': synthesizeTogether(example),
  'customer-managed keys': synthesizeTogether({ ...example, encryption: { type: 'customer-managed' } }),
};

describe.each(Object.entries(stacks))('with %s', (name, stack) => {
  const hasKeys = name !== 'keys of S3';
  const rows = ROWS.filter(({ place }) => hasKeys || place.needsKeys === undefined);

  test.each(
    rows.map((row) => [row.who, row.allowed ? 'may' : 'may not', row.actions.join(' '), row.place.name, row] as const),
  )('%s %s %s on %s', async (_, __, ___, ____, row) => {
    for (const request of requestsOf(row)) {
      // With its own key, the destination asks that replicas say it.
      const context = hasKeys && row.allowed && request.action === 's3:ReplicateObject' ? destinationKey(stack) : {};
      const allowed = await isAllowed(stack, { ...request, context: { ...request.context, ...context } });
      expect({ action: request.action, allowed }).toEqual({ action: request.action, allowed: row.allowed });
    }
  });

  test('nobody may do anything over an unencrypted connection', async () => {
    for (const row of ROWS.filter(
      ({ allowed, place }) => allowed && place.resourcePolicy?.startsWith('aws_s3_bucket_policy'),
    )) {
      for (const request of requestsOf(row)) {
        const context = { ...request.context, 'aws:SecureTransport': 'false' };
        expect(await isAllowed(stack, { ...request, context })).toBe(false);
      }
    }
  });

  test('a role is assumed by its one service, and the drill reader only by the drill', () => {
    const trusts = statements(stack).filter(({ kind }) => kind === 'trust');
    expect(trusts).toHaveLength(resources(stack, 'aws_iam_role').length);
    for (const { address, statement } of trusts) {
      if (address === 'aws_iam_role.source_replication_role') {
        expect(statement.Principal).toEqual({ Service: 's3.amazonaws.com' });
        expect(statement.Condition).toBeUndefined(); // AWS does not say which keys S3 sends.
      } else if (address === 'aws_iam_role.source_operator_batch-replication') {
        expect(statement.Principal).toEqual({ Service: 'batchoperations.s3.amazonaws.com' });
      } else if (address === 'aws_iam_role.source_operator_role') {
        expect(statement.Principal).toEqual({ AWS: ['arn:aws:iam::111111111111:root'] });
      } else if (address === 'aws_iam_role.destination_restore-role') {
        expect(statement.Principal).toEqual({ AWS: ['arn:aws:iam::222222222222:root'] });
      } else if (address.endsWith('_erase-role')) {
        expect(statement.Principal).toEqual({ AWS: example.erase.trustedPrincipalArns });
      } else if (address === 'aws_iam_role.source_drill-reader') {
        expect(statement.Principal).toEqual({ AWS: 'arn:aws:iam::222222222222:root' });
        expect(statement.Condition).toEqual({
          ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::222222222222:role/dcs-drill' },
        });
      } else expect(statement.Principal).toEqual({ Service: 'lambda.amazonaws.com' });
    }
  });

  test('whoever may use a key may use it for the objects of that key’s bucket alone', () => {
    const uses = statements(stack).filter(
      ({ statement }) =>
        statement.Effect === 'Allow' &&
        JSON.stringify(statement.Action).includes('kms:') &&
        !['AdministerInAccount', 'LookAtKey'].includes(statement.Sid) && // looking neither encrypts nor decrypts
        !statement.Sid.startsWith('EncryptNotifications'),
    );
    expect(uses.length > 0).toBe(hasKeys);
    for (const { address, statement } of uses) {
      const { StringEquals } = statement.Condition as { StringEquals: Record<string, string> };
      const side = JSON.stringify([address, statement.Resource]).includes('destination_key')
        ? 'destination-eu-west-1'
        : 'source-eu-central-1';
      expect(StringEquals['kms:EncryptionContext:aws:s3:arn']).toBe(`arn:aws:s3:::example-dcs-${side}`);
      expect(StringEquals['kms:ViaService']).toBe(`s3.${side.replace(/^\w+-/, '')}.amazonaws.com`);
    }
  });
});

test('the principals of the table are the roles of the deployment', () => {
  for (const { arn, rolePolicy } of Object.values(PRINCIPALS) as { arn: string; rolePolicy?: string }[]) {
    if (rolePolicy === undefined) continue;
    const policy = resources(stacks['keys of S3']!).find(({ address }) => address === rolePolicy);
    expect(policy?.body.name).toBe(arn.split('/').at(-1));
  }
});

function destinationKey(stack: StackJson): Record<string, string> {
  expect(resources(stack, 'aws_kms_key')).toHaveLength(2);
  return { 's3:x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-west-1:222222222222:key/destination' };
}
