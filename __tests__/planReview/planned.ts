import type { Json, JsonObject } from '../../planReview/json';
import { resources, synthesize } from '../stacks/support/synth';
import type { Change } from './support';

/** Arguments of CDKTF and Terraform, not of the provider: they are in no plan. */
const META = ['//', 'provider', 'depends_on', 'lifecycle', 'for_each'];

/** The resources of each stack of settings, by address, with the arguments that a plan would have. */
export function bodies(settings: object): Record<string, Record<string, JsonObject>> {
  const all = known.get(settings) ?? synthesized(settings);
  known.set(settings, all);
  return all;
}

const known = new WeakMap<object, Record<string, Record<string, JsonObject>>>();

function synthesized(settings: object): Record<string, Record<string, JsonObject>> {
  return Object.fromEntries(
    Object.entries(synthesize(settings)).map(([name, stack]) => [
      name,
      Object.fromEntries(resources(stack).map(({ address, body }) => [address, argumentsOf(body as JsonObject)])),
    ]),
  );
}

const argumentsOf = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !META.includes(name)));

type Bodies = Readonly<Record<string, JsonObject>>;

/**
 * The plan that leads from what is deployed to other settings. What refers to a resource that is made is only known after the
 * apply, unless it stands in the settings, as names do; what refers to one that is there is known: the reference stands for it.
 */
export function planned(before: Bodies, after: Bodies): Change[] {
  const changes = Object.entries(after).map(([address, referring]): Change => {
    const body = withNames(referring, after);
    const unknown = Object.keys(body).filter((name) => refersToMade(body[name] ?? null, before));
    const sides = {
      after: Object.fromEntries(Object.entries(body).filter(([name]) => !unknown.includes(name))),
      afterUnknown: Object.fromEntries(unknown.map((name) => [name, true])),
    };
    const was = before[address];
    if (!was) return { address, actions: ['create'], ...sides };
    const own = withNames(was, before);
    return {
      address,
      actions: [JSON.stringify(own) === JSON.stringify(body) ? 'no-op' : 'update'],
      before: own,
      ...sides,
    };
  });
  const gone = Object.entries(before).filter(([address]) => !after[address]);
  const deleted = gone.map(([address, body]): Change => {
    // An id that AWS has given: what refers to it has it in the reference's place.
    const hasId = address.startsWith('aws_lambda_event_source_mapping.');
    const was = withNames(body, before);
    return { address, actions: ['delete'], before: hasId ? { ...was, uuid: `\${${address}.uuid}` } : was };
  });
  return [...changes, ...deleted];
}

const REFERENCE = /\$\{(aws_[\w-]+\.[\w-]+)\.(\w+)\}/g;

function withNames(body: JsonObject, all: Bodies): JsonObject {
  const named = JSON.stringify(body).replace(REFERENCE, (reference, address: string, name: string) => {
    const value = all[address]?.[name];
    return typeof value === 'string' && !value.includes('${') ? value : reference;
  });
  return JSON.parse(named) as JsonObject;
}

function refersToMade(value: Json, before: Bodies): boolean {
  return [...JSON.stringify(value).matchAll(REFERENCE)].some(([, address]) => !before[address!]);
}
