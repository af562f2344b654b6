import type { AlarmRaised } from '@holdfast/shared/sync/events';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { SyncLog } from './parts.ts';

/** The same alarm is told again only after this time. */
const REPEAT_MS = 10 * 60_000;

/** Tells people: in the log, and to the hub by the control lane as soon as it can be reached. */
export type RaiseAlarm = (code: string, text: string) => void;

export function alarms(
  parts: { readonly ledger: Pick<Ledger, 'commit'>; readonly clock: Clock; readonly log: SyncLog },
  vendor: string,
): RaiseAlarm {
  const { ledger, clock, log } = parts;
  const toldAtMs = new Map<string, number>();
  return (code, text) => {
    const nowMs = clock.monoMs();
    const beforeMs = toldAtMs.get(`${code} ${text}`);
    if (beforeMs !== undefined && nowMs - beforeMs < REPEAT_MS) return;
    toldAtMs.set(`${code} ${text}`, nowMs);
    log.error({ vendor, code, text }, 'sync-alarm');
    const event: AlarmRaised = { kind: 'AlarmRaised', code, pileNo: null, text };
    const events = [{ stream: { vendor, lane: 'control' }, event, atMs: clock.nowMs() }] as const;
    ledger.commit({ changes: [], events }).catch((error: unknown) => {
      log.error({ vendor, code, err: error }, 'sync-alarm-not-stored');
    });
  };
}
