import { ACCESS } from './access';
import { BUCKETS } from './buckets';
import { CAPTURE } from './capture';
import type { GuardedTypes } from './type';
import { WATCH } from './watch';

/** Every type of these stacks. A resource of any other type is a finding. */
export const GUARDED_TYPES: GuardedTypes = { ...BUCKETS, ...CAPTURE, ...WATCH, ...ACCESS };
