/*
 * The AWS SDK's word about Node 20 would stand in every suite's output. It is kept away in the process of the tests alone:
 * what they start has to keep it away itself, so nothing of this may travel by the environment.
 */
const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
process.emitWarning = (...args: unknown[]) => {
  if (!String(args[0]).startsWith('NodeVersionSupportWarning')) emitWarning(...args);
};
