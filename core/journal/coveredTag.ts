/**
 * The tag of what may expire in the destination bucket: the compactor has read back what covers it. The lifecycle rules go by it, and
 * nothing without a tag ever expires. The bucket takes it from nobody outside its account.
 */
export const COVERED_TAG = { key: 'dcs-covered', value: 'yes' } as const;

/** The tag of what is of no use to anybody: a run that a merge has taken the place of, and the parts of what was never finished. */
export const SUPERSEDED_TAG = { key: 'dcs-superseded', value: 'yes' } as const;
