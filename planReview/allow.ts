import { FINDING_NAMES, type Finding } from './finding';

/** A finding that somebody has looked at: `ADDRESS:NAME`. */
export interface Allowance {
  readonly text: string;
  readonly address: string;
  readonly finding: string;
}

/** The allowance; or what is wrong when it is not ADDRESS:NAME, or no finding has that name. */
export function parseAllowance(text: string): Allowance | { readonly problem: string } {
  const colon = text.lastIndexOf(':');
  const [address, finding] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon < 1 || !FINDING_NAMES.some((name) => name === finding)) {
    return {
      problem: `--allow is ${JSON.stringify(text)}; write ADDRESS:NAME, the name one of ${FINDING_NAMES.join(', ')}`,
    };
  }
  return { text, address, finding };
}

/** Parts findings in those that are allowed and those that are not, and gives the allowances that name no finding. */
export function applyAllowances<F extends Finding>(findings: readonly F[], allowances: readonly Allowance[]) {
  const names = (allowance: Allowance, { address, finding }: Finding) =>
    allowance.address === address && allowance.finding === finding;
  const isAllowed = (finding: Finding) => allowances.some((allowance) => names(allowance, finding));
  return {
    left: findings.filter((finding) => !isAllowed(finding)),
    allowed: findings.filter(isAllowed),
    useless: allowances.filter((allowance) => !findings.some((finding) => names(allowance, finding))),
  };
}
