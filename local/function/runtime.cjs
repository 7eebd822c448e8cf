'use strict';

/**
 * One execution environment of a function, as Lambda makes them: loads the code once, then handles one event at a time.
 * Runs in a worker thread, whose process.env is the function's own. Plain JavaScript, since that is what a worker loads.
 */
const { parentPort, workerData } = require('node:worker_threads');
const { handler } = require(workerData.codePath);
if (typeof handler !== 'function') throw new Error(`${workerData.codePath} exports no handler`);

parentPort.on('message', ({ eventText, deadlineMs }) => {
  const lambda = { getRemainingTimeInMillis: () => deadlineMs - Date.now() };
  Promise.resolve()
    .then(() => handler(JSON.parse(eventText), lambda))
    .then(
      (answer) => parentPort.postMessage({ answerText: JSON.stringify(answer ?? null) }),
      (error) =>
        parentPort.postMessage({ errorName: error?.name ?? 'Error', errorMessage: error?.message ?? String(error) }),
    );
});

parentPort.postMessage({ isReady: true });
