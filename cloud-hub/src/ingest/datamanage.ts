import { FaultError } from '@holdfast/shared/errors/fault';
import { batchOf } from '@holdfast/shared/sync/check-batch';
import { commandAnswerOf, presenceOf } from '@holdfast/shared/sync/check-message';
import { HUB_POLICY, type HubPolicy } from '@holdfast/shared/sync/hub-rules';
import { LIMITS } from '@holdfast/shared/sync/messages';
import { jsonOfMessage, jsonOfPayload } from '@holdfast/shared/sync/wire';
import type { Broker, UplinkMessage } from '../ports/broker.ts';
import type { OnChange } from '../ports/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveState } from '../ports/live-state.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { ADMISSION_LIMITS, type AdmissionLimits, admission } from './admission.ts';
import { takeBatch } from './batches.ts';
import { type IngestContext, type IngestCounts, lineKey, type SiteLine } from './context.ts';
import { NONSENSE_LIMITS, type NonsenseLimits, nonsense } from './nonsense.ts';
import { type Presences, presences } from './presences.ts';
import { SITE_QUEUE_LIMITS, type SiteQueueLimits, siteQueues, type Task } from './site-queue.ts';
import { unpacking } from './unpack.ts';

export interface IngestLimits extends SiteQueueLimits {
  /** Bytes of one payload as it comes from the broker. */
  readonly payloadBytes: number;
  /** Telemetry and captured frames are kept for so long. */
  readonly keepMeasurementsMs: number;
  readonly pruneEveryMs: number;
  readonly pruneRows: number;
  readonly admission: AdmissionLimits;
  readonly nonsense: NonsenseLimits;
}

export const INGEST_LIMITS: IngestLimits = {
  ...SITE_QUEUE_LIMITS,
  payloadBytes: LIMITS.inflatedBytes,
  keepMeasurementsMs: 30 * 86_400_000,
  pruneEveryMs: 10_000,
  pruneRows: 5_000,
  admission: ADMISSION_LIMITS,
  nonsense: NONSENSE_LIMITS,
};

export interface DatamanageOptions {
  readonly broker: Broker;
  readonly store: Store;
  readonly live: LiveState;
  readonly clock: Clock;
  readonly log: Log;
  /** Told after each commit, for live pages. */
  readonly onChange: OnChange;
  /** Answers to commands that came by the quick way. */
  readonly onAnswer: IngestContext['onAnswer'];
  readonly random?: () => number;
  readonly policy?: Partial<HubPolicy>;
  readonly limits?: Partial<IngestLimits>;
}

export interface Datamanage {
  readonly counts: () => Readonly<IngestCounts> & { readonly unreadable: number };
  /** An operator's word: this store speaks for the site; `false`: the site never said HELLO. */
  readonly acceptStore: (line: SiteLine, storeId: string) => Promise<boolean>;
  /** Takes nothing new and resolves when all that was taken is written and answered. */
  readonly close: () => Promise<void>;
}

/** The role that brings what sites send into the hub's stores, each event once ([SYNC-3]). */
export function startDatamanage(options: DatamanageOptions): Datamanage {
  const limits = { ...INGEST_LIMITS, ...options.limits };
  const { broker, store, clock, log } = options;
  const counts = { batches: 0, events: 0, parked: 0, gaps: 0, fenced: 0, dropped: 0, failed: 0 };
  const queues = siteQueues(limits);
  const bad = nonsense(clock, log, limits.nonsense);
  const context: IngestContext = {
    ...options,
    admission: admission(options.random ?? Math.random, limits.admission),
    policy: { ...HUB_POLICY, ...options.policy },
    counts,
    waiting: queues.waiting,
  };
  const present = presences(context);
  let isClosed = false;

  broker.onPresence(({ vendor, siteId, connected }) => {
    if (!isClosed) present.connection({ vendor, siteId }, connected);
  });
  broker.onUplink(async (message) => {
    if (isClosed) return;
    const key = lineKey(message);
    const read = message.payload.length > limits.payloadBytes ? tooLarge : readers[message.topic];
    const run = () => guarded(context, message, () => read(context, present, message));
    const task: Task = {
      alone: message.topic === 'presence',
      run: async () => {
        const fault = await run();
        if (fault === undefined) return bad.good(key);
        if (bad.strike(key, fault)) broker.disconnect(message, 'sends only what cannot be read');
      },
    };
    if (!queues.push(key, task)) counts.dropped += 1;
  });
  const stopPruning = pruning(store, clock, log, limits);
  return {
    counts: () => ({ ...counts, unreadable: bad.count() }),
    acceptStore: (line, storeId) =>
      new Promise((resolve, reject) => {
        // In the site's own queue: never beside a HELLO.
        const run = () => present.acceptStore(line, storeId).then(resolve, reject);
        if (queues.push(lineKey(line), { alone: true, run })) return;
        reject(new FaultError('too-many-requests', `the queue of ${line.siteId} is full`));
      }),
    close: async () => {
      isClosed = true;
      stopPruning();
      await queues.settled();
    },
  };
}

/** Reads a message and acts on it; what it returns is why it could not be read. */
type Reader = (
  context: IngestContext,
  present: Presences,
  message: UplinkMessage,
) => Promise<string | undefined>;

const tooLarge: Reader = async (_context, _present, { payload }) =>
  `${payload.length} bytes are too many`;

const readers: { readonly [T in UplinkMessage['topic']]: Reader } = {
  uplink: async (context, present, message) => {
    const json = jsonOfPayload(message.payload, unpacking);
    if (!json.ok) return json.reason;
    const { vendor, siteId, laneNo = -1 } = message;
    const batch = batchOf(json.value, { vendor, laneNo });
    if (!batch.ok) return batch.reason;
    await takeBatch(context, present, { vendor, siteId }, batch.value);
    return undefined;
  },
  presence: async (_context, present, message) => {
    const json = jsonOfMessage(message.payload, unpacking);
    if (!json.ok) return json.reason;
    const said = presenceOf(json.value);
    if (!said.ok) return said.reason;
    const { vendor, siteId } = message;
    const { value } = said;
    if (value.siteId !== siteId) return `it speaks for ${value.siteId}`;
    if (value.type === 'gone') {
      present.gone({ vendor, siteId }, value);
      return undefined;
    }
    if (value.vendor !== vendor) return `it speaks for vendor ${value.vendor}`;
    await present.hello({ vendor, siteId }, value);
    return undefined;
  },
  result: async (context, _present, message) => {
    const json = jsonOfMessage(message.payload, unpacking);
    if (!json.ok) return json.reason;
    const answer = commandAnswerOf(json.value);
    if (!answer.ok) return answer.reason;
    await context.onAnswer(message.siteId, answer.value);
    return undefined;
  },
};

/** Whatever happens, the queue goes on: a fault of ours is no strike against the site. */
async function guarded(
  { log, counts }: IngestContext,
  { vendor, siteId, topic }: UplinkMessage,
  read: () => Promise<string | undefined>,
): Promise<string | undefined> {
  try {
    return await read();
  } catch (error) {
    counts.failed += 1;
    log.error({ vendor, siteId, topic, error: String(error) }, 'sync-message-failed');
    return undefined;
  }
}

function pruning(store: Store, clock: Clock, log: Log, limits: IngestLimits): () => void {
  const timer = setInterval(() => {
    store
      .prune(clock.nowMs() - limits.keepMeasurementsMs, limits.pruneRows)
      .catch((error: unknown) => log.error({ error: String(error) }, 'prune-failed'));
  }, limits.pruneEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
