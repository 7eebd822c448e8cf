import { basePrefix, journalPrefix, runsPrefix } from '../../core/journal/journalKeys';
import type { Statement } from './document';

/**
 * Of the destination bucket: what is folded from a journal is made here and comes from nobody else; and what may expire is
 * told by a tag, which a source account would have replicated with an object (`s3:ReplicateObject` covers tags, `s3:ReplicateTags` is
 * theirs alone; S3 user guide, setting-repl-config-perm-overview and replication-failure-codes, DstPutTaggingNotPermitted).
 */
export function guardJournals(bucketArn: string, prefix: string): readonly Statement[] {
  const everyTable = { prefix, tableName: '*' };
  const refused = { Effect: 'Deny', Principal: '*' } as const;
  return [
    {
      Sid: 'RefuseReplicasOfFolded',
      ...refused,
      Action: 's3:ReplicateObject',
      Resource: [runsPrefix(everyTable), basePrefix(everyTable)].map((each) => `${bucketArn}/${each}*`),
    },
    {
      Sid: 'RefuseTagsOfJournals',
      ...refused,
      Action: 's3:ReplicateTags',
      Resource: `${bucketArn}/${journalPrefix(everyTable)}*`,
    },
  ];
}
