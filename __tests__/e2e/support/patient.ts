/**
 * How often a test's own client of a stand-in sends what fails in passing: on a machine under load the four times of the
 * SDK are over within a second.
 */
export const PATIENT = 20;
