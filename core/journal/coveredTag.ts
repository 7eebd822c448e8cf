/**
 * The tag of what may expire in the destination bucket: the compactor has read back what covers it. The lifecycle rules go by it, and
 * nothing without it ever expires. The bucket takes it from nobody outside its account.
 */
export const COVERED_TAG = { key: 'dcs-covered', value: 'yes' } as const;
