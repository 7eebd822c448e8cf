import { openings } from '../policies';
import { becomes, harmless, noLess } from '../verdicts';
import { TAKE_BACK, type GuardedType, type GuardedTypes, type Judge } from './type';

/** A policy may say the same in other words, and no more and no less. */
export const policyJudge: Judge = (from, to, { tables, others }) => openings(textOf(from), textOf(to), tables, others);
const textOf = (value: Parameters<Judge>[0]) => (typeof value === 'string' && value !== '' ? value : undefined);

const STOPS = 'what runs with it stops, replication and capture among it';
const POLICY: Omit<GuardedType, 'lost'> = {
  finding: 'policy',
  why: 'somebody may do what nobody could before, or may not do any more what the copy lives by',
  next: 'Compare the statements: who may now do what, and who asked for it?',
  verdicts: {},
  judges: { policy: policyJudge },
};

export const ACCESS: GuardedTypes = {
  aws_iam_role: {
    ...POLICY,
    lost: STOPS,
    verdicts: { description: harmless },
    judges: { assume_role_policy: policyJudge },
    computed: ['arn', 'create_date', 'unique_id'],
    mirrors: ['inline_policy'],
  },
  aws_iam_role_policy: { ...POLICY, lost: STOPS, partOf: 'role' },
  aws_iam_policy: {
    ...POLICY,
    lost: STOPS,
    verdicts: { description: harmless },
    judges: { policy: policyJudge },
    computed: ['arn', 'attachment_count', 'policy_id'],
  },
  aws_iam_role_policy_attachment: { ...POLICY, lost: STOPS, partOf: 'role' },
  aws_iam_openid_connect_provider: {
    ...POLICY,
    lost: 'no pipeline gets a role any more',
    computed: ['arn', 'thumbprint_list'],
  },
  aws_kms_key: {
    finding: 'key',
    lost: 'everything that the key encrypts is lost with it',
    why: 'what the key encrypts cannot be read without it, and a deletion can only be stopped within its window',
    next: 'Take the change back; see that the account still administers the key, and replication and restore may use it.',
    verdicts: {
      description: harmless,
      is_enabled: becomes(true, 'nothing that it encrypts can be read'),
      enable_key_rotation: becomes(true, 'the key material stays the same for ever'),
      deletion_window_in_days: noLess('there is less time to stop a deletion'),
    },
    judges: { policy: policyJudge },
    computed: ['arn', 'key_id'],
  },
  aws_kms_key_policy: { ...POLICY, lost: 'who may use the key falls back to the default', partOf: 'key_id' },
  aws_kms_alias: {
    finding: 'key',
    lost: '',
    why: 'what names the key by its alias gets another one',
    next: TAKE_BACK,
    verdicts: {},
    computed: ['arn', 'target_key_arn'],
  },
  aws_sqs_queue_policy: { ...POLICY, lost: 'replications that failed are no longer listed', partOf: 'queue_url' },
  aws_sns_topic_policy: {
    ...POLICY,
    lost: 'nobody is told any more when the copy falls behind',
    computed: ['owner'],
    partOf: 'arn',
  },
};
