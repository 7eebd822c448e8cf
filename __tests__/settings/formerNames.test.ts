import { withNewNames } from '../../settings/formerNames';
import { parseSettings } from '../../settings/load';
import { variants } from '../../stacks/variants';

const { minimal } = variants;
const under = (lifecycle: object) => ({ ...minimal, destination: { ...minimal.destination, lifecycle } });

function parsed(settings: object) {
  const notices: string[] = [];
  const { lifecycle } = parseSettings(settings, 'f.json', (notice) => notices.push(notice)).destination;
  return { lifecycle, notices };
}

test('glacierTransitionDays still moves large images to GLACIER, with a word on what is written now', () => {
  const { lifecycle, notices } = parsed(under({ glacierTransitionDays: 30, tombstoneExpirationDays: 7 }));
  const moves = [{ afterDays: 30, storageClass: 'GLACIER' }];
  expect(lifecycle).toMatchObject({
    currentVersionTransitions: moves,
    noncurrentVersionTransitions: moves,
    transitionMinimumBytes: 131_072,
    tombstoneExpirationDays: 7,
  });
  const [notice = '', ...others] = notices;
  expect(others).toEqual([]);
  const [, written = ''] =
    /^destination\.lifecycle\.glacierTransitionDays is now (.*); the next version/.exec(notice) ?? [];
  const asTold = parsed(under({ ...(JSON.parse(`{${written}}`) as object), tombstoneExpirationDays: 7 }));
  expect(asTold).toEqual({ lifecycle, notices: [] });
});

test('null moves nothing, as it did', () => {
  const { lifecycle, notices } = parsed(under({ glacierTransitionDays: null }));
  expect(lifecycle).toMatchObject({ currentVersionTransitions: [], noncurrentVersionTransitions: [] });
  expect(notices).toHaveLength(1);
});

test.each([
  ['what it never took', { glacierTransitionDays: '30' }],
  ['what it never took', { glacierTransitionDays: -1 }],
  ['what stands beside the new name', { glacierTransitionDays: 30, noncurrentVersionTransitions: [] }],
])('%s is refused by its path', (_, lifecycle) => {
  expect(() => parseSettings(under(lifecycle))).toThrow('destination.lifecycle.glacierTransitionDays');
});

test.each([null, 1, 'a', [], {}, { source: 1 }, { source: { lifecycle: 2 } }, minimal])(
  '%j is as it was',
  (settings) => {
    const told = jest.fn();
    expect(withNewNames(settings, told)).toEqual(settings);
    expect(told).not.toHaveBeenCalled();
  },
);
