import { performance } from 'node:perf_hooks';
import { s3ServiceClock, type ServiceClock } from '../aws/serviceClock';
import type { S3ClientSettings } from '../aws/s3Client';
import { duration } from '../core/units';
import type { Side } from '../settings/schema';
import type { Output } from './output/output';

/** More than clocks differ that are kept by the network, and than a slow answer takes; less than anybody would shrug at. */
const NAMED_DIFFERENCE_MS = 60_000;

/** The time as each side's S3 tells it: asked for when it is first needed, and once. */
export function clocksOf(
  { output, signal, nowMs }: { readonly output: Output; readonly signal: AbortSignal; readonly nowMs: () => number },
  bucketIn: (side: Side) => S3ClientSettings & { readonly bucket: string },
): (side: Side) => Promise<ServiceClock> {
  const clocks = new Map<Side, Promise<ServiceClock>>();
  let isNamed = false;
  const open = async (side: Side) => {
    const clock = await s3ServiceClock(bucketIn(side), { nowMs, monotonicMs: () => performance.now() }, signal);
    const { machineAheadMs } = clock;
    if (!isNamed && Math.abs(machineAheadMs) > NAMED_DIFFERENCE_MS) {
      isNamed = true;
      const words = `${duration(Math.abs(machineAheadMs))} ${machineAheadMs > 0 ? 'fast' : 'slow'}`;
      output.say(`This machine's clock is ${words} by S3's; times are S3's.`);
    }
    return clock;
  };
  return (side) => {
    const clock = clocks.get(side) ?? open(side);
    clocks.set(side, clock);
    return clock;
  };
}
