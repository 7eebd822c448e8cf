import { s3TextStore } from '../../aws/textStore';
import { beat, type ScheduledEvent } from '../../operations/heartbeat/beat';
import { heartbeatSettings } from './settings';

const { bucket, prefix } = heartbeatSettings(process.env);
const texts = s3TextStore({ bucket });

/** Runs on a schedule in the source account. What a failure does shows in the destination: the replica grows old. */
export function handler(event: ScheduledEvent): Promise<object> {
  return beat(texts, prefix, event);
}
