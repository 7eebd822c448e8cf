import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import { resources, type StackJson } from '../support/synth';

/** A role of the deployment, with the policy it has there. */
interface DeployedRole {
  readonly arn: string;
  readonly rolePolicy: string;
}
/** Somebody with every permission of an account. */
interface Administrator {
  readonly arn: string;
  readonly rolePolicy?: undefined;
}
/** Who asks. */
export type Principal = DeployedRole | Administrator;

export interface Request {
  readonly principal: Principal;
  readonly action: string;
  readonly resourceArn: string;
  readonly resourceAccountId: string;
  /** Address of the bucket or key policy that the resource carries. */
  readonly resourcePolicy?: string;
  readonly context?: Readonly<Record<string, string>>;
}

interface Document {
  Version: string;
  Statement: { Condition?: Record<string, Record<string, unknown>> }[];
}

const EVERYTHING: Document = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' } as Document['Statement'][number]],
};

/** Decides a request by the policies in the synthesized stack, as IAM does. Encrypted connections unless the context says else. */
export async function isAllowed(stack: StackJson, { principal, action, ...request }: Request): Promise<boolean> {
  const accountId = principal.arn.split(':')[4] ?? '';
  const identityPolicy = principal.rolePolicy === undefined ? EVERYTHING : policyAt(stack, principal.rolePolicy);
  const simulation: Simulation = {
    request: {
      principal: principal.arn,
      action,
      resource: { resource: request.resourceArn, accountId: request.resourceAccountId },
      contextVariables: {
        'aws:SecureTransport': 'true',
        'aws:PrincipalArn': principal.arn,
        'aws:PrincipalAccount': accountId,
        's3:ResourceAccount': request.resourceAccountId,
        ...request.context,
      },
    },
    identityPolicies: [{ name: 'identity', policy: identityPolicy }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(request.resourcePolicy !== undefined && { resourcePolicy: policyAt(stack, request.resourcePolicy) }),
  };
  const response = await runSimulation(simulation, {});
  if (response.resultType === 'error') throw new Error(`${action}: ${JSON.stringify(response.errors)}`);
  return response.overallResult === 'Allowed';
}

/** A policy of the stack, with references resolved and without what the evaluator cannot decide. */
export function policyAt(stack: StackJson, address: string): Document {
  const found = resources(stack).find((element) => element.address === address);
  if (!found) throw new Error(`the stack has no ${address}`);
  const document = JSON.parse(resolved(found.body.policy as string)) as Document;
  return { ...document, Statement: document.Statement.map(withoutEncryptionContext) };
}

/** The evaluator does not know these keys and would never match them. A test of its own looks at them. */
function withoutEncryptionContext<S extends Document['Statement'][number]>(statement: S): S {
  if (!statement.Condition) return statement;
  const Condition = Object.fromEntries(
    Object.entries(statement.Condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).filter(([key]) => !key.startsWith('kms:EncryptionContext:'))),
    ]),
  );
  return { ...statement, Condition };
}

/** The ARN of a key of the stack, in the place of a reference to it. */
export const keyArn = (side: 'source' | 'destination'): string =>
  side === 'source'
    ? 'arn:aws:kms:eu-central-1:111111111111:key/source'
    : 'arn:aws:kms:eu-west-1:222222222222:key/destination';

function resolved(text: string): string {
  return text
    .replace(/\$\{aws_kms_key\.(source|destination)[\w-]*\.arn\}/g, (_, side: 'source' | 'destination') => keyArn(side))
    .replace(
      /\$\{aws_(\w+)\.([\w-]+)\.arn\}/g,
      (_, type: string, id: string) => `arn:aws:${type}:eu-central-1:111111111111:${id}`,
    );
}
