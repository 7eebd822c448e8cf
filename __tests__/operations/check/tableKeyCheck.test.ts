import { judgeTableKey } from '../../../operations/check/tableKeyCheck';

const own = 'arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555';
const other = own.replace('1111', '9999');
const under = (keyArn: string) => ({ Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: keyArn }) as const;
const key = (KeyManager: 'AWS' | 'CUSTOMER', KeyState: 'Enabled' | 'PendingDeletion' = 'Enabled') => ({
  ...{ KeyId: own, Arn: own, KeyManager, KeyState },
});

test.each([
  ['a table under a key of DynamoDB', undefined, undefined, undefined],
  ['a table under a key that AWS keeps for the account', under(own), key('AWS'), undefined],
  ['a table under the key of the settings', under(own), key('CUSTOMER'), own],
] as const)('good is %s', (_what, sse, metadata, configured) => {
  expect(judgeTableKey(sse, metadata, configured).verdict).toBe('ok');
});

test.each([
  ['a key of one’s own that the settings do not name', under(own), key('CUSTOMER'), undefined, `"kmsKeyArn": "${own}"`],
  ['another key than the settings name', under(own), key('CUSTOMER'), other, `"kmsKeyArn": "${own}"`],
  ['a key of DynamoDB where the settings name one', undefined, undefined, own, 'take kmsKeyArn of the table out'],
  ['a key that is to be deleted', under(own), key('CUSTOMER', 'PendingDeletion'), own, 'cancel-key-deletion'],
  [
    'a key that DynamoDB has lost',
    { ...under(own), InaccessibleEncryptionDateTime: new Date(0) },
    key('CUSTOMER'),
    own,
    `describe-key --key-id ${own}`,
  ],
] as const)('a problem is %s, with what to do', (_what, sse, metadata, configured, remedy) => {
  const judged = judgeTableKey(sse, metadata, configured);
  expect(judged.verdict).toBe('problem');
  expect(judged.remedy).toContain(remedy);
});
