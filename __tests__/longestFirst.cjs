/*
 * On a clean checkout Jest knows no durations and begins with the largest files. What takes long by what it imports would come
 * last then, and be waited for by itself.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

const LONGEST = [
  'planReview/generated',
  'planReview/leaving',
  'planReview/added',
  'stacks/access/deploy',
  'cli/executable',
  'local/simulator/run',
  'local/simulator/putBack',
  'stacks/limits',
  'e2e/operations',
  'e2e/backfill',
  'e2e/fuzz',
  'e2e/redrive',
  'e2e/fidelity',
  'e2e/sandbox',
  'e2e/check',
  'e2e/bench',
  'e2e/verifyRepair',
  'e2e/ui',
  'deploy/together',
];
const place = ({ path }) => LONGEST.findIndex((name) => path.endsWith(`__tests__/${name}.test.ts`));

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const long = tests.filter((test) => place(test) >= 0).sort((a, b) => place(a) - place(b));
    return [...long, ...super.sort(tests.filter((test) => place(test) < 0))];
  }
};
