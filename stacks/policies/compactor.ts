import { COVERED_TAG, SUPERSEDED_TAG } from '../../core/journal/coveredTag';
import { basePrefix, journalPrefix, runsPrefix } from '../../core/journal/journalKeys';
import { tableDefinitionKey } from '../../core/tableDefinition';
import type { Statement } from './document';

/**
 * What the compactor may do: read journals and what it has made of them, add to that, and put the two tags by which it expires. It deletes
 * nothing and shortens no lock. Nobody else puts these tags: `guardJournals`.
 */
export function foldJournals(bucketArn: string, prefix: string): readonly Statement[] {
  const everyTable = { prefix, tableName: '*' };
  const below = (...prefixes: readonly string[]) => prefixes.map((each) => `${bucketArn}/${each}*`);
  const [journals, runs, bases] = [journalPrefix(everyTable), runsPrefix(everyTable), basePrefix(everyTable)];
  const definitions = tableDefinitionKey(everyTable);
  return [
    {
      Sid: 'ListJournals',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:ListBucketVersions'],
      Resource: bucketArn,
    },
    {
      Sid: 'ReadJournals',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: [...below(journals, runs, bases), `${bucketArn}/${definitions}`],
    },
    { Sid: 'AddRunsAndBases', Effect: 'Allow', Action: 's3:PutObject', Resource: below(runs, bases) },
    tagOnly('TagWhatIsCovered', COVERED_TAG, below(journals, bases)),
    tagOnly('TagWhatIsSuperseded', SUPERSEDED_TAG, below(runs, bases)),
  ];
}

/**
 * This tag and no other. Source: service authorization reference, Amazon S3, condition keys of PutObjectTagging and
 * PutObjectVersionTagging.
 */
function tagOnly(Sid: string, { key, value }: { readonly key: string; readonly value: string }, Resource: string[]) {
  return {
    ...{ Sid, Effect: 'Allow', Action: ['s3:PutObjectTagging', 's3:PutObjectVersionTagging'], Resource },
    Condition: {
      StringEquals: { [`s3:RequestObjectTag/${key}`]: value },
      'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': [key] },
    },
  } as const satisfies Statement;
}
