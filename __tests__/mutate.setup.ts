import fc from 'fast-check';

// A change that is noticed need not be made small: which test has failed is all that counts.
fc.configureGlobal({ endOnFailure: true });
