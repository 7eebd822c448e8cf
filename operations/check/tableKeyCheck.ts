import { kmsKey, type KeyMetadata } from '../../aws/kmsKey';
import type { Table } from '../../aws/table';
import type { CheckContext } from './checkContext';
import { DEPLOY, inspection, ok, problem, type Inspection, type Judgement } from './finding';
import { keyState } from './keyChecks';

type Described = Awaited<ReturnType<Table['describe']>>;

/** What a table is encrypted with. Of a key of one's own, capture and the drill may use the one that the settings name. */
export function tableKeyCheck(
  { settings, source }: CheckContext,
  tableName: string,
  describe: () => Promise<Described | undefined>,
): Inspection {
  const configured = settings.tables.find(({ name }) => name === tableName)?.kmsKeyArn;
  return inspection(
    { side: 'source', subject: `table ${tableName}`, permission: 'dynamodb:DescribeTable and kms:DescribeKey' },
    async () => {
      const table = await describe();
      const keyArn = table?.SSEDescription?.KMSMasterKeyArn;
      return { table, key: keyArn === undefined ? undefined : await kmsKey(keyArn, source.kms).describe() };
    },
    { encryption: ({ table, key }) => table && judgeTableKey(table.SSEDescription, key, configured) },
  );
}

/** What the table’s key means for capture: that of the settings, one of AWS’s, or one that it may not use. */
export function judgeTableKey(
  { KMSMasterKeyArn: keyArn, InaccessibleEncryptionDateTime: lostAt }: NonNullable<Described['SSEDescription']> = {},
  key: KeyMetadata | undefined,
  configured: string | undefined,
): Judgement {
  const change = (to: string) => `${to} in the settings; then ${DEPLOY}`;
  if (keyArn === undefined) {
    if (configured === undefined) return ok('a key of DynamoDB');
    return problem('a key of DynamoDB', configured, change('take kmsKeyArn of the table out'));
  }
  if (lostAt) {
    const found = `DynamoDB has not been able to use ${keyArn} since ${lostAt.toISOString()}`;
    return problem(found, 'a key that is enabled, and a grant', `aws kms describe-key --key-id ${keyArn}`);
  }
  const isOfAws = key?.KeyManager === 'AWS';
  if (!isOfAws && keyArn !== configured) {
    const found = `the customer-managed key ${keyArn}, with which capture and the drill may not decrypt`;
    return problem(found, configured ?? 'the key that the settings name', change(`"kmsKeyArn": "${keyArn}"`));
  }
  return isOfAws || !key ? ok(`AWS's own key ${keyArn}`) : keyState(key);
}
