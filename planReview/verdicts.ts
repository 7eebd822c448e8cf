import { canonical, list, shown } from './json';
import type { Leaf } from './leaves';
import type { OtherPolicies } from './roleRights';
import { undefinedTables, type Tables } from './tables';

/** What of the plan is known beside the change that is judged. */
export interface Context {
  readonly tables: Tables;
  /** Done outside Terraform, not by this plan. */
  readonly isDrift: boolean;
  /** Of the same role as the policy that is judged. */
  readonly others?: OtherPolicies;
}

/** What a changed value weakens, in words; undefined when it is known to be harmless. */
export type Verdict = (leaf: Leaf, context: Context) => string | undefined;

const told = ({ path, from, to }: Leaf, why: string) => `${path}: ${shown(from)} becomes ${shown(to)}: ${why}.`;

/** Any change: nothing depends on the value. */
export const harmless: Verdict = () => undefined;

/** No change. */
export const same =
  (why: string): Verdict =>
  (leaf) =>
    told(leaf, why);

/** What is said of a value that no verdict is about. */
export const notKnown = same('this review does not know that to be harmless');

/** Only to this value; where it is `false`, not set is as good. */
export const becomes =
  (good: string | boolean, why: string): Verdict =>
  (leaf) =>
    (leaf.to ?? (good === false ? false : null)) === good ? undefined : told(leaf, why);

/** Only where there was nothing. */
export const appears =
  (why: string): Verdict =>
  (leaf) =>
    canonical(leaf.from) === 'null' ? undefined : told(leaf, why);

/** Only to nothing. */
export const disappears =
  (why: string): Verdict =>
  (leaf) =>
    canonical(leaf.to) === 'null' ? undefined : told(leaf, why);

/** Only from a number to one that is as high; `endless` is the number that stands for the highest. */
export const noLess =
  (why: string, endless?: number): Verdict =>
  (leaf) => {
    const amount = (value: Leaf['to']) =>
      endless !== undefined && value === endless ? Infinity : Number(value ?? NaN);
    return amount(leaf.to) >= amount(leaf.from) ? undefined : told(leaf, why);
  };

/** Only lists that keep what they had; of a text the parts between commas. */
export const gains =
  (why: string): Verdict =>
  (leaf) => {
    const members = (value: Leaf['to']) => (typeof value === 'string' ? value.split(',') : list(value));
    const are = members(leaf.to).map(canonical);
    const lost = members(leaf.from).filter((member) => !are.includes(canonical(member)));
    return lost.length === 0 ? undefined : `${leaf.path} is without ${lost.map(shown).join(', ')}: ${why}.`;
  };

/** Only lists of tables, between commas, of which all but those that leave are defined by a schedule. */
export const keepsTables =
  (why: string): Verdict =>
  (leaf, { tables }) => {
    const members = (value: Leaf['to']) => (typeof value === 'string' ? value.split(',') : []);
    const lost = undefinedTables(members(leaf.from), [...members(leaf.to), ...tables.defined], tables);
    return lost.length === 0 ? undefined : `${leaf.path} is without ${lost.map(shown).join(', ')}: ${why}.`;
  };

/** Harmless outside Terraform, where its owner does it; no plan changes it. */
export const onlyOutside =
  (why: string): Verdict =>
  (leaf, { isDrift }) =>
    isDrift ? undefined : told(leaf, why);

/** Harmless in a plan; outside Terraform nobody should do it. */
export const onlyByPlan =
  (why: string): Verdict =>
  (leaf, { isDrift }) =>
    isDrift ? told(leaf, why) : undefined;
