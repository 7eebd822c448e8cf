import { trustOf } from '../../aws/role';
import { statementsOf } from './bucketPolicy';
import type { CheckContext } from './checkContext';
import { DEPLOY, expect, inspection, problem, type Inspection, type Judgement } from './finding';

const BATCH_OPERATIONS = 'batchoperations.s3.amazonaws.com';

/**
 * A role of jobs of S3 Batch Operations. What it may do shows in the first job alone; a trust that was changed refuses that with a word of the
 * role.
 */
export function judgeJobsTrust(whose: string) {
  return (trust: string | undefined): Judgement => {
    const expected = `trusts ${BATCH_OPERATIONS}, for the jobs of ${whose}`;
    if (trust === undefined) return problem('there is no such role', expected, DEPLOY);
    const trusted = statementsOf(trust).flatMap(({ Effect, Principal }) =>
      Effect === 'Allow' && typeof Principal === 'object' ? [Principal.Service ?? []].flat() : [],
    );
    const found = trusted.length === 0 ? 'trusts no service' : `trusts ${trusted.join(', ')}`;
    return expect(trusted.includes(BATCH_OPERATIONS), found, expected, DEPLOY);
  };
}

/** The role by which S3 replicates again what it has not. */
export function batchReplicationCheck({
  names: { batchReplicationRole },
  source,
}: Pick<CheckContext, 'names' | 'source'>): Inspection {
  return inspection(
    { side: 'source', subject: `role ${batchReplicationRole}`, permission: 'iam:GetRole' },
    () => trustOf(batchReplicationRole, source.iam),
    { 'batch-replication-role': judgeJobsTrust('dcs verify --history --replicate') },
  );
}
