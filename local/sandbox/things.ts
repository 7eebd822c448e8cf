import type { Story } from './story';

/** Something to try: what it is for, and the commands in their order, each with the exit code that it ends with. */
export interface Thing {
  readonly does: string;
  readonly steps: readonly { readonly command: string; readonly exitCode: number }[];
}

/** Seven, with the moments of this sandbox filled in. They can be tried in any order. */
export function thingsToTry({ before, from, to, deletedCustomer, writtenLater: [visitor = 4] }: Story): Thing[] {
  const deleted = `'{"id":"customer-${deletedCustomer}"}'`;
  return [
    {
      does: 'A migration wrote plan "undefined" among good writes. When was it?',
      steps: [{ command: `npx dcs timeline customers --from ${before} --by second`, exitCode: 0 }],
    },
    {
      does: 'Undo just that, and keep what was written since: look first',
      steps: [
        {
          command: `npx dcs revert customers --from ${from} --to ${to} --where "after.plan=='undefined'" --dry-run`,
          exitCode: 0,
        },
        {
          command: `npx dcs revert customers --from ${from} --to ${to} --where "after.plan=='undefined'" --yes`,
          exitCode: 0,
        },
      ],
    },
    {
      does: 'A customer was deleted. What were they, and back with them',
      steps: [
        { command: `npx dcs history customers --key ${deleted}`, exitCode: 0 },
        {
          command: `npx dcs restore customers --as-of ${before} --key ${deleted} --into customers --target source --merge`,
          exitCode: 0,
        },
      ],
    },
    {
      does: 'Capture gave up a batch and parked it: apply it',
      steps: [{ command: 'npx dcs redrive orders', exitCode: 0 }],
    },
    {
      does: 'A replica failed. Find it, and mend it',
      steps: [
        { command: 'npx dcs verify orders --wait 2s', exitCode: 3 },
        { command: 'npx dcs verify orders --wait 1m --repair', exitCode: 0 },
      ],
    },
    {
      does: 'Visits go into a journal, many changes in an object. The same commands read it',
      steps: [
        { command: `npx dcs history visits --key '{"customerId":"customer-${visitor}"}'`, exitCode: 0 },
        { command: 'npx dcs verify visits --wait 1m', exitCode: 0 },
      ],
    },
    {
      does: 'A table that outgrows one machine: back, as a new one, by the distributed engine',
      steps: [{ command: 'npx dcs restore customers --into customers-2 --engine distributed --follow', exitCode: 0 }],
    },
  ];
}
