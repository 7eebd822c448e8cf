import { isDenied } from '../../aws/couldNotLook';
import { importRights } from '../../aws/importRights';
import type { Side } from '../../settings/schema';
import type { CheckContext } from './checkContext';
import { cannotTell, inspection, ok, type Inspection } from './finding';

/** Of each account whose settings name a bucket for the files of an import: whether who asks may import. */
export function importChecks(context: CheckContext): Inspection[] {
  const { settings, names } = context;
  const buckets = { source: settings.operator.importBucketName, destination: settings.restore.importBucketName };
  return (['source', 'destination'] as const).flatMap((side) => {
    const bucket = buckets[side];
    if (bucket === undefined) return [];
    const { region, accountId } = settings[side];
    const tableArn = `arn:${names.partition}:dynamodb:${region}:${accountId}:table/dcs-check-of-no-table`;
    const of = { bucket, tableArn, objectKey: 'dcs-import/=dcs-check-of-no-file' };
    return [importCheck(side, bucket, importRights(of, context[side].s3, context[side].dynamoDb))];
  });
}

/** @param tries by the right that each needs */
export function importCheck(
  side: Side,
  bucket: string,
  tries: Readonly<Record<string, () => Promise<unknown>>>,
): Inspection {
  const permission = Object.keys(tries).join(', ');
  return inspection(
    { side, subject: `import bucket ${bucket}`, permission },
    async () => {
      const denied = await Promise.all(
        Object.entries(tries).map(async ([right, attempt]) => ((await isRefused(attempt)) ? [right] : [])),
      );
      return denied.flat();
    },
    {
      'import-rights': (denied) =>
        denied.length === 0
          ? ok(`${permission} are allowed; dynamodb:ImportTable and its log only an import itself can try`)
          : cannotTell(
              `not allowed: needs ${denied.join(', ')}`,
              `assume the ${side === 'source' ? 'operator' : 'restore'} role, which imports; the bucket may be of another account, or its key refuse it`,
            ),
    },
  );
}

async function isRefused(attempt: () => Promise<unknown>): Promise<boolean> {
  try {
    await attempt();
    return false;
  } catch (error) {
    if (isDenied(error)) return true;
    throw error;
  }
}
