import { heartbeatKey } from '../../core/serviceKeys';
import type { Statement } from './document';

/** What the two functions of the heartbeat may do: one adds versions of one object, the other reads its replica and says how old it is. */

export function writeHeartbeat(bucketArn: string, prefix: string): Statement {
  return {
    Sid: 'WriteHeartbeat',
    Effect: 'Allow',
    Action: 's3:PutObject',
    Resource: `${bucketArn}/${heartbeatKey(prefix)}`,
  };
}

export function readHeartbeat(bucketArn: string, prefix: string): Statement {
  return {
    Sid: 'ReadHeartbeat',
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: `${bucketArn}/${heartbeatKey(prefix)}`,
  };
}

/** PutMetricData knows no resource; the namespace is what binds it. Source: service authorization reference, CloudWatch. */
export function publishIn(namespace: string): Statement {
  return {
    Sid: 'PublishMetrics',
    Effect: 'Allow',
    Action: 'cloudwatch:PutMetricData',
    Resource: '*',
    Condition: { StringEquals: { 'cloudwatch:namespace': namespace } },
  };
}
