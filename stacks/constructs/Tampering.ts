import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { Construct } from 'constructs';
import type { Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';
import { tamperRules } from './tamperRules';

export interface TamperingProps {
  readonly provider: AwsProvider;
  readonly settings: Settings;
  readonly names: Names;
  /** Keys that what is in the bucket is encrypted with. */
  readonly keyArns: readonly string[];
  readonly topic: SnsTopic;
}

/** Tells the topic when somebody changes what guards the copy, or the watch itself. It needs a trail that logs (docs/security.md). */
export class Tampering extends Construct {
  constructor(scope: Construct, id: string, { provider, settings, names, keyArns, topic }: TamperingProps) {
    super(scope, id);
    for (const { id: what, watches, pattern } of tamperRules(settings, names, keyArns)) {
      const rule = new CloudwatchEventRule(this, what, {
        provider,
        name: names.tamperRule(what),
        description: `Tells when somebody changes ${watches}.`,
        eventPattern: JSON.stringify(pattern),
      });
      new CloudwatchEventTarget(this, `${what}-target`, {
        provider,
        rule: rule.name,
        targetId: 'topic',
        arn: topic.arn,
        inputTransformer: { inputPaths: PATHS, inputTemplate: JSON.stringify(text(settings.name, watches)) },
      });
    }
  }
}

/** A path that an event does not have becomes nothing (EventBridge user guide, eb-transform-target-input). */
const PATHS = {
  action: '$.detail.eventName',
  who: '$.detail.userIdentity.arn',
  from: '$.detail.sourceIPAddress',
  at: '$.detail.eventTime',
  error: '$.detail.errorCode',
  event: '$.detail.eventID',
};

function text(name: string, watches: string): string {
  return `${name}: <action> of <who> from <from> at <at> concerns ${watches}. Outcome: <error> (nothing: it was carried out). If nobody of you did this, treat it as an attack: see Tampering in docs/operations.md. CloudTrail event <event>.`;
}
