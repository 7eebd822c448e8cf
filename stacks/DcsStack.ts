import { TerraformElement, TerraformStack } from 'cdktf';
import type { Construct, Node } from 'constructs';
import { beyondLimits } from './limits';

/** The stack that a construct is part of. */
export function stackOf(scope: Construct): DcsStack {
  const stack = TerraformStack.of(scope);
  if (!(stack instanceof DcsStack)) throw new Error(`${scope.node.path} is in no DcsStack`);
  return stack;
}

/** The id of the one element that a construct is named after; it adds nothing to the logical id. */
export const ITSELF = 'this';

/**
 * A stack whose logical ids read like the tree of constructs (`aws_s3_bucket.destination_bucket`) and do not depend on the
 * stack they are in, so that both ways of deploying give the same resources, and a reviewer can read a plan.
 */
export class DcsStack extends TerraformStack {
  private readonly owners = new Map<string, string>();
  private readonly forgotten: object[] = [];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.addOverride('terraform.required_version', '>= 1.10.0'); // Lock files in S3; also conditions on data sources.
    this.node.addValidation({ validate: () => validated(this) });
  }

  /**
   * A resource that other settings would make here and these do not. If it was made, Terraform forgets it and it stays; a block
   * that is merely gone would be destroyed, for its prevent_destroy is gone with it. Nothing happens where it never was.
   */
  forget(address: string): void {
    this.forgotten.push({ from: address, lifecycle: { destroy: false } });
    this.addOverride('removed', this.forgotten);
  }

  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = TerraformElement.isTerraformElement(element) ? element.node : element;
    const scopes = node.scopes.slice(node.scopes.indexOf(this) + 1).map((scope) => scope.node.id);
    const logicalId = scopes.filter((id) => id !== ITSELF).join('_');
    this.claim(logicalId, node.path);
    return logicalId;
  }

  private claim(logicalId: string, path: string): void {
    const owner = this.owners.get(logicalId) ?? path;
    if (owner !== path) {
      throw new Error(
        `"${path}" and "${owner}" would share the logical id "${logicalId}". Next: rename one construct.`,
      );
    }
    this.owners.set(logicalId, owner);
  }
}

interface StackJson {
  readonly resource?: Parameters<typeof beyondLimits>[0];
  readonly provider?: { readonly aws?: readonly { readonly alias: string; readonly region: string }[] };
}

/** What AWS would refuse. To resolve a stack takes most of a synth: it is done once for all of it. */
function validated(stack: DcsStack): string[] {
  const { resource = {}, provider } = stack.toTerraform() as StackJson;
  const regions = new Map((provider?.aws ?? []).map(({ alias, region }) => [`aws.${alias}`, region]));
  return beyondLimits(resource, (reference) => regions.get(reference) ?? reference);
}
