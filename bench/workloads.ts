import type { Workload } from './workload';
import { capture, journal, latency, memory, order } from './workloads/capture';
import { command } from './workloads/command';
import { day } from './workloads/day';
import { engine } from './workloads/engine';
import { fold } from './workloads/fold';
import { hot } from './workloads/hot';
import { ui } from './workloads/ui';
import { scale } from './workloads/scale';
import { start } from './workloads/start';
import { backfill, importing, restore, verify } from './workloads/tables';

export const WORKLOADS: readonly Workload[] = [
  capture,
  journal,
  fold,
  day,
  engine,
  latency,
  memory,
  order,
  start,
  command,
  backfill,
  restore,
  importing,
  verify,
  hot,
  ui,
  scale,
];
