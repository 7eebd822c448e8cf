import { becomes, gains, harmless, noLess } from '../verdicts';
import { policyJudge } from './access';
import { TAKE_BACK, type GuardedTypes } from './type';

const UNTOLD = 'nobody is told any more when the copy falls behind';
const UNLISTED = 'replications that failed are no longer listed';

export const WATCH: GuardedTypes = {
  aws_cloudwatch_metric_alarm: {
    finding: 'alarm',
    lost: UNTOLD,
    why: 'the alarm no longer goes off when it should, or nobody hears it',
    next: TAKE_BACK,
    verdicts: {
      alarm_description: harmless,
      actions_enabled: becomes(true, 'it goes off and tells nobody'),
      alarm_actions: gains('they are not told any more'),
      ok_actions: harmless,
      insufficient_data_actions: gains('they are not told any more'),
    },
    computed: ['arn'],
  },
  aws_cloudwatch_dashboard: {
    finding: 'alarm',
    lost: '',
    why: 'people look at something else',
    next: TAKE_BACK,
    verdicts: { dashboard_body: harmless },
    computed: ['dashboard_arn'],
  },
  aws_cloudwatch_log_group: {
    finding: 'alarm',
    lost: 'the logs are lost',
    why: 'after an incident the logs are the only word of what capture did',
    next: TAKE_BACK,
    verdicts: {
      retention_in_days: noLess('logs are deleted sooner, those that are there already too', 0),
      deletion_protection_enabled: becomes(true, 'the logs can be deleted'),
      skip_destroy: becomes(true, 'the logs are deleted with the resource'),
    },
    computed: ['arn'],
  },
  aws_sfn_state_machine: {
    finding: 'capture',
    lost: 'tables that outgrow one machine can no longer be brought back by the engine',
    why: 'the engine brings back something else, or nothing',
    next: TAKE_BACK,
    verdicts: {},
    computed: [
      'arn',
      'creation_date',
      'description',
      'revision_id',
      'state_machine_version_arn',
      'status',
      'version_description',
    ],
  },
  aws_sns_topic: {
    finding: 'alarm',
    lost: UNTOLD,
    why: 'alarms reach nobody, or somebody else',
    next: TAKE_BACK,
    verdicts: { display_name: harmless },
    judges: { policy: policyJudge },
    computed: ['arn', 'beginning_archive_time', 'owner'],
    mirrors: ['policy'],
  },
  aws_sns_topic_subscription: {
    finding: 'alarm',
    lost: UNTOLD,
    why: 'alarms reach somebody else, or not all of them arrive',
    next: TAKE_BACK,
    verdicts: {},
    computed: ['arn', 'confirmation_was_authenticated', 'owner_id', 'pending_confirmation'],
  },
  aws_sqs_queue: {
    finding: 'replication',
    lost: UNLISTED,
    why: `${UNLISTED}, or others can read or empty the list`,
    next: TAKE_BACK,
    verdicts: { message_retention_seconds: noLess('the list forgets sooner') },
    judges: { policy: policyJudge },
    computed: ['arn', 'url'],
    mirrors: ['policy'],
  },
};
