// What starts servers and processes shares the machine with more of the kind, and may not fail by its load.
jest.setTimeout(20 * 60_000);
