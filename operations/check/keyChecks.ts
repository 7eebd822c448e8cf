import type { BucketConfiguration } from '../../aws/bucketConfiguration';
import { kmsKey, type KeyMetadata } from '../../aws/kmsKey';
import type { Side } from '../../settings/schema';
import type { CheckContext } from './checkContext';
import { DEPLOY, expect, inspection, ok, problem, warning, type Inspection } from './finding';

/** The bucket's encryption, and its key: whoever loses that has lost the copy. */
export function keyCheck(
  { settings, ...context }: CheckContext,
  side: Side,
  { encryption }: Pick<BucketConfiguration, 'encryption'>,
): Inspection[] {
  const { bucketName, accountId } = settings[side];
  const subject = `${side} bucket ${bucketName}`;
  const isOurs = settings.encryption.type === 'customer-managed';
  const keyOfBucket = async () => (await encryption())?.KMSMasterKeyID;
  const encrypted = inspection({ side, subject, permission: 's3:GetEncryptionConfiguration' }, encryption, {
    encryption: (found) => {
      const { SSEAlgorithm = 'not set', KMSMasterKeyID } = found ?? {};
      const expected = isOurs ? `aws:kms with a key of account ${accountId}` : 'AES256';
      if (!isOurs) return expect(SSEAlgorithm === 'AES256', SSEAlgorithm, expected, DEPLOY);
      const isRight = SSEAlgorithm === 'aws:kms' && KMSMasterKeyID?.split(':')[4] === accountId;
      return expect(isRight, `${SSEAlgorithm} ${KMSMasterKeyID ?? 'without a key'}`, expected, DEPLOY);
    },
  });
  if (!isOurs) return [encrypted];
  const key = inspection(
    { side, subject, permission: 's3:GetEncryptionConfiguration and kms:DescribeKey' },
    async () => {
      const arn = await keyOfBucket();
      return arn === undefined ? undefined : kmsKey(arn, context[side].kms).describe();
    },
    { key: (found) => found && keyState(found) },
  );
  const rotation = inspection(
    { side, subject, permission: 's3:GetEncryptionConfiguration and kms:GetKeyRotationStatus' },
    async () => {
      const arn = await keyOfBucket();
      return arn === undefined ? undefined : kmsKey(arn, context[side].kms).rotates();
    },
    {
      'key-rotation': (rotates) =>
        rotates === undefined
          ? undefined
          : rotates
            ? ok('on')
            : warning('off', 'on: new key material every year', DEPLOY),
    },
  );
  return [encrypted, key, rotation];
}

/** Whether a key can be used, and will be. */
export function keyState({ KeyState, Arn = '', DeletionDate }: KeyMetadata) {
  if (KeyState === 'PendingDeletion') {
    const when = DeletionDate?.toISOString() ?? 'soon';
    const cancel = `aws kms cancel-key-deletion --key-id ${Arn} && aws kms enable-key --key-id ${Arn}`;
    return problem(`${Arn} is to be deleted ${when}, with everything that it encrypts`, 'Enabled', cancel);
  }
  return expect(
    KeyState === 'Enabled',
    `${KeyState ?? 'without a state'}: ${Arn}`,
    'Enabled',
    `aws kms enable-key --key-id ${Arn}`,
  );
}
