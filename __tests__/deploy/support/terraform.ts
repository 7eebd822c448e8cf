import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { outcomeOf, type Outcome } from '../../support/outcome';

/** A stack's folder, and what Terraform does in it. */
export interface StackFolder {
  readonly name: string;
  init(): Promise<void>;
  apply(variables?: Readonly<Record<string, string>>): Promise<void>;
  /** Every change that Terraform would make now: `address path.to.attribute`, or `address action`. */
  plannedChanges(variables?: Readonly<Record<string, string>>): Promise<string[]>;
  /** What `terraform show -json` writes for a plan that is made without a look at the accounts. */
  planned(variables?: Readonly<Record<string, string>>): Promise<string>;
  /** Carries out what was planned last, as it was planned. */
  applyPlanned(): Promise<void>;
  /** What Terraform says, and the code it ends with. */
  destroy(variables?: Readonly<Record<string, string>>): Promise<Outcome>;
  outputs(): Promise<Readonly<Record<string, unknown>>>;
  /** Addresses of everything in the state. */
  addresses(): Promise<string[]>;
  /** The ARN of each resource of a type, as the state has it. */
  arns(type: string): Promise<string[]>;
}

/** What Terraform is run with: nothing of the AWS settings of whoever runs the tests. */
export function terraformEnvironment(pluginCache: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(AWS_|TF_(WORKSPACE|DATA_DIR|CLI_ARGS))/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    AWS_ACCESS_KEY_ID: 'emulated',
    AWS_SECRET_ACCESS_KEY: 'emulated',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    TF_PLUGIN_CACHE_DIR: pluginCache,
    TF_IN_AUTOMATION: 'true',
    CHECKPOINT_DISABLE: '1',
  };
}

/** @param more for its environment: what reaches the provider, or whose credentials it has */
export function stackFolder(
  name: string,
  folder: string,
  pluginCache: string,
  more: NodeJS.ProcessEnv = {},
): StackFolder {
  const env = { ...terraformEnvironment(pluginCache), ...more };
  const tried = (args: readonly string[]) => run(args, folder, env);
  const done = async (...args: string[]) => {
    const ended = await tried(args);
    if (ended.code === 0) return ended.stdout;
    throw new Error(`terraform ${args.join(' ')} in ${name} ended with ${ended.code}:\n${ended.stdout}${ended.stderr}`);
  };
  const inBatch = ['-input=false', '-no-color'];
  const withVariables = (variables: Readonly<Record<string, string>> = {}) =>
    Object.entries(variables).map(([variable, value]) => `-var=${variable}=${value}`);
  return {
    name,
    async init() {
      await done('init', ...inBatch);
    },
    async apply(variables) {
      await done('apply', '-auto-approve', ...inBatch, ...withVariables(variables));
    },
    async plannedChanges(variables) {
      await done('plan', '-out=again.tfplan', ...inBatch, ...withVariables(variables));
      return changesIn(JSON.parse(await done('show', '-json', 'again.tfplan')) as Plan);
    },
    async planned(variables) {
      await done('plan', '-out=reviewed.tfplan', '-refresh=false', ...inBatch, ...withVariables(variables));
      return done('show', '-json', 'reviewed.tfplan');
    },
    async applyPlanned() {
      await done('apply', ...inBatch, 'reviewed.tfplan');
    },
    // What is refused is refused without a look at the accounts, too, and sooner.
    destroy: (variables) =>
      tried(['destroy', '-auto-approve', '-refresh=false', ...inBatch, ...withVariables(variables)]),
    async outputs() {
      const outputs = JSON.parse(await done('output', '-json')) as Record<string, { value: unknown }>;
      return Object.fromEntries(Object.entries(outputs).map(([output, { value }]) => [output, value]));
    },
    addresses: async () => (await done('state', 'list')).trim().split('\n'),
    async arns(type) {
      const { resources } = JSON.parse(await done('state', 'pull')) as State;
      const ofType = resources.filter((resource) => resource.mode === 'managed' && resource.type === type);
      return ofType.flatMap(({ instances }) => instances.map(({ attributes }) => attributes.arn));
    },
  };
}

/** As far as `terraform state pull` is read. */
interface State {
  readonly resources: readonly {
    readonly mode: 'managed' | 'data';
    readonly type: string;
    readonly instances: readonly { readonly attributes: { readonly arn: string } }[];
  }[];
}

function run(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return outcomeOf(spawn('terraform', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** As far as `terraform show -json` is read. */
interface Plan {
  readonly resource_changes?: readonly { readonly address: string; readonly change: Change }[];
  readonly output_changes?: Readonly<Record<string, Change>>;
}
interface Change {
  readonly actions: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
  readonly after_unknown: unknown;
}

function changesIn({ resource_changes: resources = [], output_changes: outputs = {} }: Plan): string[] {
  const all = [
    ...resources.map(({ address, change }) => ({ address, change })),
    ...Object.entries(outputs).map(([name, change]) => ({ address: `output.${name}`, change })),
  ];
  return all.flatMap(({ address, change }) => {
    const [action = '', ...more] = change.actions;
    if (action === 'no-op' || action === 'read') return [];
    if (action !== 'update' || more.length > 0) return [`${address} ${change.actions.join(' and ')}`];
    const paths = [...differences(change.before, change.after), ...unknowns(change.after_unknown)];
    return [...new Set(paths)].map((path) => `${address} ${path}`);
  });
}

function differences(before: unknown, after: unknown, path = ''): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((element, i) => differences(element, after[i], `${path}[${i}]`));
  }
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => differences(before[name], after[name], below(path, name)));
  }
  return [path];
}

function unknowns(unknown: unknown, path = ''): string[] {
  if (unknown === true) return [path];
  if (Array.isArray(unknown)) return unknown.flatMap((element, i) => unknowns(element, `${path}[${i}]`));
  if (isObject(unknown)) return Object.entries(unknown).flatMap(([name, value]) => unknowns(value, below(path, name)));
  return [];
}

const below = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
