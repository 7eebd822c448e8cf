/** How long a client of ours waits: for a connection, and from there for the answer. */
export const CONNECTION_TIMEOUT_MS = 3_000;
export const REQUEST_TIMEOUT_MS = 15_000;
