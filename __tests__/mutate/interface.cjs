/*
 * The unit tests under Mocha, for `npm run mutate`: it runs a test again in the same process, with another line changed, where
 * Jest loads everything anew for each of thousands of changes. Of what Jest gives to tests, this is what they use.
 */
const { expect } = require('expect');
const fc = require('fast-check');
const { bind } = require('jest-each');
const { fn, spyOn } = require('jest-mock');
const Mocha = require('mocha');

const { bdd } = Mocha.interfaces;
// The default's name, for Stryker takes no other.
Mocha.interfaces.bdd = (suite) => {
  bdd(suite);
  suite.on('pre-require', (context) => {
    const { after, before, describe, it } = context;
    const test = (name, run) => it(name, run);
    test.each = bind(test);
    describe.each = bind(describe);
    Object.assign(context, { test, expect, beforeAll: before, afterAll: after, jest: { fn, spyOn } });
  });
};

/*
 * Which test has failed is all that counts: what was noticed need not be made small, and a few of thousands of runs tell most
 * changes. The same seed for all, so that twice the same code has twice the same score.
 */
const MOST_RUNS = 100;
fc.configureGlobal({ endOnFailure: true, seed: 1 });
const assert = (property, { numRuns = MOST_RUNS, ...rest } = {}) =>
  fc.assert(property, { ...rest, numRuns: Math.min(numRuns, MOST_RUNS) });
const fewer = { ...fc, assert };
require.cache[require.resolve('fast-check')].exports = { ...fewer, __esModule: true, default: fewer };
