import type { Benchmark } from './benchmark';
import { actionsHintWait } from './benchmarks/actions-hint-wait';
import { actionsQuietLook } from './benchmarks/actions-quiet-look';
import { bundleSize } from './benchmarks/bundle-size';
import { childrenStart } from './benchmarks/children-start';
import { cycleTime } from './benchmarks/cycle-time';
import { feedDelivery } from './benchmarks/feed-delivery';
import { feedHistory } from './benchmarks/feed-history';
import { feedQuietLook } from './benchmarks/feed-quiet-look';
import { heapPerChild } from './benchmarks/heap-per-child';
import { heapPerWorkflow } from './benchmarks/heap-per-workflow';
import { historyOneChanged } from './benchmarks/history-one-changed';
import { historyUnchanged } from './benchmarks/history-unchanged';
import { pollEvents } from './benchmarks/poll-events';
import { redaction } from './benchmarks/redaction';
import { replayTime } from './benchmarks/replay-time';
import { restSoak } from './benchmarks/rest-soak';
import { restThroughput } from './benchmarks/rest-throughput';
import { postgresThroughput } from './benchmarks/postgres-throughput';
import { slotsHintWait } from './benchmarks/slots-hint-wait';
import { storePointUpdate } from './benchmarks/store-point-update';
import { storeReload } from './benchmarks/store-reload';
import { tokenFanout } from './benchmarks/token-fanout';

/** Every benchmark, in the order in which they run. A new one is added here. */
export const benchmarks: readonly Benchmark[] = [
  cycleTime,
  historyUnchanged,
  historyOneChanged,
  bundleSize,
  storeReload,
  storePointUpdate,
  redaction,
  heapPerWorkflow,
  heapPerChild,
  pollEvents,
  feedQuietLook,
  feedDelivery,
  feedHistory,
  actionsQuietLook,
  actionsHintWait,
  slotsHintWait,
  replayTime,
  postgresThroughput,
  childrenStart(100, 6),
  childrenStart(500, 3),
  tokenFanout(100, 6),
  tokenFanout(500, 3),
  restThroughput,
  restSoak,
];
