import { findings, type Change } from './support';

const stream = (table: string, time: string) =>
  `arn:aws:dynamodb:eu-central-1:111111111111:table/${table}/stream/${time}T00:00:00.000`;
const before = {
  function_name: 'dcs-capture-orders',
  event_source_arn: stream('orders', '2026-01-01'),
  batch_size: 500,
};
const remade = (after: Partial<Change>): Change => ({
  address: 'aws_lambda_event_source_mapping.it',
  actions: ['delete', 'create'],
  before,
  replacePaths: [['event_source_arn']],
  ...after,
});
const reading = (event_source_arn: string) => remade({ after: { ...before, event_source_arn } });
const COMMANDS = /npx dcs verify orders, npx dcs backfill orders, and npx dcs verify orders --repair/;

test('a table that has another stream: the new mapping brings capture back, and what to run then', () => {
  const all = findings([], reading(stream('orders', '2026-11-26')));
  expect(all).toHaveLength(1);
  expect(all[0]).toMatchObject({ finding: 'replaced' });
  expect(all[0]!.why).toContain('this brings capture back');
  expect(all[0]!.next).toMatch(COMMANDS);
  expect(all[0]!.next).not.toMatch(/take .*back/i);
});

test('a table without a stream: the plan is not to be applied', () => {
  const all = findings([], reading(''));
  expect(all).toHaveLength(1);
  expect(all[0]!.what).toContain('has no stream');
  expect(all[0]!.next).toContain('Do not apply this');
});

test('a stream that is only known after the apply may bring capture back, or end it', () => {
  const unknown = {
    after: { ...before, event_source_arn: null },
    afterUnknown: { event_source_arn: true, uuid: true },
  };
  const all = findings([], remade(unknown));
  expect(all).toHaveLength(1);
  expect(all[0]!.what).toContain('only known after the apply');
  expect(all[0]!.next).toMatch(COMMANDS);
});

test('the stream of another table is no way back', () => {
  const all = findings([], reading(stream('users', '2026-11-26')));
  expect(all).toHaveLength(1);
  expect(all[0]!.what).toContain('another table');
  expect(all[0]!.next).toBe('Take the change back.');
});

test.each([
  ['account', stream('orders', '2026-11-26').replace('111111111111', '222222222222')],
  ['Region', stream('orders', '2026-11-26').replace('eu-central-1', 'us-east-1')],
])('nor is that of a table of the same name in another %s', (_, arn) => {
  const all = findings([], reading(arn));
  expect(all).toHaveLength(1);
  expect(all[0]!.what).toContain('another table');
  expect(all[0]!.next).toBe('Take the change back.');
});

test('a stream that was switched on earlier has ended: the plan is not to be applied', () => {
  const all = findings([], reading(stream('orders', '2025-11-26')));
  expect(all).toHaveLength(1);
  expect(all[0]!.what).toContain('an older stream');
  expect(all[0]!.next).toContain('Do not apply this');
});

test.each(['aws-cn', 'aws-us-gov', 'aws-iso-b'])('so it is in the partition %s', (partition) => {
  const of = (time: string) => stream('orders', time).replace('arn:aws:', `arn:${partition}:`);
  const from = { before: { ...before, event_source_arn: of('2026-01-01') } };
  const to = { after: { ...before, event_source_arn: of('2026-11-26') } };
  expect(findings([], remade({ ...from, ...to }))[0]!.why).toContain('this brings capture back');
});

test('whichever is made first, the old mapping or the new one', () => {
  const after = { ...before, event_source_arn: stream('orders', '2026-11-26') };
  expect(findings([], remade({ after, actions: ['create', 'delete'] }))[0]!.why).toContain('this brings capture back');
});

test('what else such a replacement weakens is found beside it', () => {
  const after = { ...before, event_source_arn: stream('orders', '2026-11-26'), maximum_retry_attempts: 0 };
  expect(findings([], remade({ after })).map(({ finding }) => finding)).toEqual(['replaced', 'capture']);
});

describe('a mapping that the plan makes under another address', () => {
  const it = (name: string) => `aws_lambda_event_source_mapping.${name}`;
  const moved = (more: object, name = 'dcs-capture-orders') =>
    findings(
      [],
      { address: it('old'), actions: ['delete'], before },
      { address: it('new'), actions: ['create'], after: { ...before, function_name: name, ...more } },
    );

  test.each(['dcs-capture-orders', 'arn:aws:lambda:eu-central-1:111111111111:function:dcs-capture-orders'])(
    'is one that stops and begins again, not one that ends beside one that is new: %s',
    (name) => {
      const [found, ...others] = moved({}, name).filter(({ what }) => !what.startsWith('function_name'));
      expect(others).toEqual([]);
      expect(found).toMatchObject({ address: it('old'), finding: 'replaced' });
      expect(found!.what).toBe(`It is destroyed, and made again as ${it('new')}.`);
      expect(found!.next).toContain('terraform state mv');
      expect(found!.next).not.toMatch(/put it back|take .*back/i);
    },
  );

  test('and reads another stream brings capture back', () => {
    const all = moved({ event_source_arn: stream('orders', '2026-11-26') });
    expect(all).toHaveLength(1);
    expect(all[0]!.what).toContain(`made again as ${it('new')}. Table orders has another stream.`);
    expect(all[0]!.why).toContain('this brings capture back');
    expect(all[0]!.next).toMatch(COMMANDS);
  });

  test('and is weakened on the way is judged by what it was', () => {
    const all = moved({ batch_size: 100, maximum_retry_attempts: 0 });
    expect(all.map(({ address, finding }) => `${address} ${finding}`)).toEqual([
      `${it('old')} replaced`,
      `${it('old')} capture`,
    ]);
    expect(all[1]!.what).toBe('maximum_retry_attempts: nothing becomes 0: a record that fails is given up sooner.');
  });

  test('for another function is two', () => {
    expect(moved({}, 'dcs-capture-users').map(({ address, finding }) => `${address} ${finding}`)).toEqual([
      `${it('old')} destroyed`,
      `${it('new')} capture`,
    ]);
  });
});

describe('a mapping that somebody has deleted, and the plan makes again', () => {
  const address = 'aws_lambda_event_source_mapping.it';
  const again = (more: object = {}) =>
    findings([{ address, actions: ['delete'], before }], {
      address,
      actions: ['create'],
      after: { ...before, ...more },
    });

  test('is what was done outside, and nothing to be taken back', () => {
    expect(again().map(({ finding }) => finding)).toEqual(['drift']);
  });

  test('for a new stream brings capture back', () => {
    const [, found, ...others] = again({ event_source_arn: stream('orders', '2026-11-26') });
    expect(others).toEqual([]);
    expect(found!.why).toContain('this brings capture back');
  });

  test('with less than it had is found', () => {
    expect(again({ maximum_retry_attempts: 0 }).map(({ finding }) => finding)).toEqual(['drift', 'capture']);
  });
});

test('in place, too, another stream is told by itself, and no argument to the contrary beside it', () => {
  const after = { ...before, event_source_arn: stream('orders', '2026-11-26') };
  const all = findings([], remade({ after, actions: ['update'] }));
  expect(all.map(({ finding }) => finding)).toEqual(['capture']);
  expect(all[0]!.why).toContain('this brings capture back');
});

test('a replacement names the argument that forces it', () => {
  const [found] = findings([], {
    address: 'aws_sns_topic.it',
    actions: ['delete', 'create'],
    before: { name: 'a' },
    after: { name: 'b' },
    replacePaths: [['name']],
  });
  expect(found!.what).toBe('It is destroyed and made again, for a change of name.');
});
