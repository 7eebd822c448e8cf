/** A bucket policy, read only as far as its guards are looked for: not an evaluation of it. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export function statementsOf(policy: string | undefined): PolicyStatement[] {
  const { Statement = [] } = JSON.parse(policy ?? '{}') as { Statement?: PolicyStatement | PolicyStatement[] };
  return [Statement].flat();
}

/** Whether everybody is refused everything without TLS, on the bucket and on its objects. */
export function requiresTls(statements: readonly PolicyStatement[], bucketArn: string): boolean {
  return statements.some(
    (statement) =>
      statement.Effect === 'Deny' &&
      principalsOf(statement).includes('*') &&
      list(statement.Action).includes('s3:*') &&
      [bucketArn, `${bucketArn}/*`].every((arn) => list(statement.Resource).includes(arn)) &&
      isFalse(statement.Condition?.Bool?.['aws:SecureTransport']) &&
      Object.keys(statement.Condition ?? {}).length === 1,
  );
}

/** Of these resources, spelled as the stacks do, those on which an action is not refused to everybody, whatever the condition. */
export function notRefused(
  statements: readonly PolicyStatement[],
  action: string,
  resources: readonly string[],
): string[] {
  const refusing = statements.filter(
    (statement) =>
      statement.Effect === 'Deny' &&
      principalsOf(statement).includes('*') &&
      list(statement.Action).some((each) => [action, 's3:*'].includes(each)) &&
      Object.keys(statement.Condition ?? {}).length === 0,
  );
  return resources.filter((arn) => !refusing.some(({ Resource }) => list(Resource).includes(arn)));
}

interface Sender {
  readonly ownAccountId: string;
  readonly replicationRoleArn: string;
}

/** Whether the replication role is let add versions. */
export function acceptsReplicas(statements: readonly PolicyStatement[], sender: Sender): boolean {
  return statements.some((statement) => isReplication(statement, sender));
}

/** What anybody outside the account is allowed beyond that, one line for each statement. */
export function allowsStrangers(statements: readonly PolicyStatement[], sender: Sender): string[] {
  return statements
    .filter(({ Effect }) => Effect === 'Allow')
    .filter((statement) => principalsOf(statement).some((principal) => !isOf(principal, sender.ownAccountId)))
    .filter((statement) => !isReplication(statement, sender))
    .map((statement) => {
      const actions = statement.NotAction === undefined ? list(statement.Action).join(' ') : 'all but a few actions';
      return `${statement.Sid ?? 'a statement'} allows ${actions} to ${principalsOf(statement).join(' ')}`;
    });
}

/** Adding versions and nothing else, to the role alone: as the principal, or named in a condition. */
function isReplication(statement: PolicyStatement, { replicationRoleArn }: Sender): boolean {
  const { Effect, Condition, NotAction } = statement;
  if (Effect !== 'Allow' || NotAction !== undefined) return false;
  if (!list(statement.Action).every((action) => /^s3:Replicate(Object|Tags)$/i.test(action))) return false;
  const named = { ...Condition?.StringEquals, ...Condition?.ArnEquals }['aws:PrincipalArn'];
  const only = named === undefined ? principalsOf(statement) : list(named as string | string[]);
  return only.length > 0 && only.every((arn) => arn === replicationRoleArn);
}

function principalsOf({ Principal }: PolicyStatement): string[] {
  if (Principal === undefined) return ['*']; // NotPrincipal: everybody but some
  return typeof Principal === 'string' ? [Principal] : Object.values(Principal).flatMap(list);
}

function isOf(principal: string, accountId: string): boolean {
  return principal === accountId || principal.split(':')[4] === accountId;
}

function list(value: string | readonly string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}

function isFalse(value: unknown): boolean {
  return String(value) === 'false';
}
