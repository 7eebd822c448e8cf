import { deploy, type Deployed } from './deployed';
import { describeBootstrap } from './describeBootstrap';
import { describeChanges } from './describeChanges';
import { describeRights } from './describeRights';
import { describeReview } from './describeReview';
import { describeUse } from './describeUse';
import { describeWhatIsThere } from './describeWhatIsThere';
import { providersMissing } from './providers';
import type { Way } from './settings';

const DEPLOYING_TAKES_AT_MOST_MS = 900_000;

/**
 * Deploys once, with the real Terraform and the real AWS provider, and tests what has come of it.
 *
 * @param forgotten what moto does not keep, so that the next plan changes it, and why: `type attribute`, which has to be
 *   every resource of that type; nothing else may change
 */
export function describeDeployment(way: Way, forgotten: Readonly<Record<string, string>>): void {
  const missing = providersMissing();
  const describeOrSkip = missing === undefined ? describe : describe.skip;
  describeOrSkip(`deployed ${way}${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
    let deployed: Deployed | undefined;
    const here = () => {
      if (deployed) return deployed;
      throw new Error('not deployed');
    };
    beforeAll(async () => {
      deployed = await deploy(way);
    }, DEPLOYING_TAKES_AT_MOST_MS);
    afterAll(() => deployed?.remove());

    test('planned again, nothing changes but what the emulator forgets', async () => {
      const { stacks, variables, asked } = here();
      const expected = Object.keys(forgotten).map(async (what) => {
        const [type = '', attribute = ''] = what.split(' ');
        return (await asked(type)).map(({ address }) => `${address} ${attribute}`);
      });
      const changes = await Promise.all(stacks.map((stack) => stack.plannedChanges(variables(stack))));
      expect(changes.flat().sort()).toEqual((await Promise.all(expected)).flat().sort());
    });

    // In two stacks every override would have to go to its own; the provider is the same.
    if (way === 'together') describeReview(here);
    describeRights(way, here);
    describeWhatIsThere(way, here);
    describeUse(way, here);
    // Once: what the other way adds is where the destination's key comes from.
    if (way === 'together') describeChanges(here);

    // Once: a prevent_destroy is one, however the stacks are divided.
    if (way === 'together') describeDestroy(here);
    // Where it is asked for (it takes a minute and more); last, for it synthesizes for other states.
    if (way === 'apart' && process.env.DCS_TEST_BOOTSTRAP) describeBootstrap(here);
  });
}

function describeDestroy(here: () => Deployed): void {
  test('terraform destroy is refused, and leaves everything in its place', async () => {
    const { stacks, variables } = here();
    const refusals = stacks.map(async (stack) => {
      const before = await stack.addresses();
      const { code, stderr } = await stack.destroy(variables(stack));
      expect(code).toBe(1);
      expect(stderr).toContain('Instance cannot be destroyed');
      expect(await stack.addresses()).toEqual(before);
    });
    await Promise.all(refusals);
  });
}
