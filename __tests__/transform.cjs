/*
 * TypeScript and ES modules to what Jest runs, a file at a time and without a look at the types, which lint has. What a module
 * exports stays a plain property, so that a test can put something else there.
 */
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { transform } = require('sucrase');

const OPTIONS = { transforms: ['typescript', 'imports'], disableESTransforms: true };
const itself = readFileSync(__filename);
const { version } = require('sucrase/package.json');

module.exports = {
  process(text, filePath) {
    const { code, sourceMap } = transform(text, {
      ...OPTIONS,
      filePath,
      sourceMapOptions: { compiledFilename: filePath },
    });
    return { code, map: sourceMap };
  },
  getCacheKey: (text, filePath, { instrument }) =>
    createHash('sha256')
      .update(itself)
      .update(JSON.stringify([version, filePath, instrument, text]))
      .digest('hex'),
};
