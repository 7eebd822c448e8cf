import { basePrefix, journalPrefix, runsPrefix } from '../../core/journal/journalKeys';
import { locksPrefix } from '../../core/serviceKeys';
import { notRefused, type PolicyStatement } from './bucketPolicy';

/**
 * What the destination bucket takes from nobody, and its policy lets through all the same: what is made there alone, and the tags by
 * which journals expire.
 */
export function acceptedForgeries(statements: readonly PolicyStatement[], bucketArn: string, prefix: string): string[] {
  const everyTable = { prefix, tableName: '*' };
  const below = (place: string) => `${bucketArn}/${place}*`;
  const folded = [runsPrefix(everyTable), basePrefix(everyTable), locksPrefix(prefix)].map(below);
  return [
    ...notRefused(statements, 's3:ReplicateObject', folded),
    ...notRefused(statements, 's3:ReplicateTags', [below(journalPrefix(everyTable))]),
  ];
}
