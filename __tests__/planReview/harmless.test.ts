import { minimal, variants } from '../../stacks/variants';
import { bodies, planned } from './planned';
import { found } from './support';

const everything = variants.everything;

test.each([
  [
    'more addresses for alarms',
    everything,
    { alarms: { ...everything.alarms, emails: [...everything.alarms.emails, 'c@example.com'] } },
  ],
  ['more memory', minimal, { capture: { memoryMb: 1024 } }],
  ['a longer timeout', minimal, { capture: { timeoutSeconds: 120 } }],
  ['more attempts', minimal, { capture: { maximumRetryAttempts: 1000 } }],
  ['logs that are kept for longer', minimal, { capture: { logRetentionDays: 365 } }],
  [
    'versions that are kept for longer',
    minimal,
    { destination: { ...minimal.destination, lifecycle: { noncurrentVersionExpirationDays: 3650 } } },
  ],
  ['a larger sample for the drill', everything, { drill: { ...everything.drill, sampleItemCount: 10_000 } }],
])('%s: settings that pass without findings', (_what, settings, change) => {
  const [before] = Object.values(bodies(settings));
  const [after] = Object.values(bodies({ ...settings, ...change }));
  expect(before).not.toEqual(after);
  expect(found(...planned(before!, after!))).toEqual([]);
});
