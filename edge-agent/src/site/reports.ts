import type { ConnectorChanged, PileChanged } from '@holdfast/shared/sync/events';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import { connectorStateOf } from '../orders/connector-state.ts';
import type { OutgoingEvent } from '../ports/ledger.ts';
import type { ConnectorMemory, PileMemory, SiteRoom } from './room.ts';

/* What the hub and the pages are told of piles and connectors: only what has changed. */

/** An alarm of the same kind about the same pile is raised once in so long. */
const ALARM_AGAIN_MS = 60_000;
const ALARMS_REMEMBERED = 1_000;

const outgoing = (
  room: SiteRoom,
  vendor: string,
  lane: LaneName,
  event: OutgoingEvent['event'],
): OutgoingEvent => ({ stream: { vendor, lane }, event, atMs: room.clock.nowMs() });

export function pileChangedOf({ known, online }: PileMemory): PileChanged {
  const { pileNo, vendor, adopted, connectorCount, dc, firmware, protocolVersion } = known;
  return {
    kind: 'PileChanged',
    pileNo,
    vendor,
    online,
    adopted,
    connectorCount,
    dc,
    firmware,
    protocolVersion,
  };
}

export function connectorChangedOf(
  room: SiteRoom,
  pile: PileMemory,
  connector: ConnectorMemory,
): ConnectorChanged {
  const { connectorNo, seen, faulted } = connector;
  const { pileNo } = pile.known;
  const session = room.shelf.newest(pileNo, connectorNo);
  const measurement = seen?.measurement;
  return {
    kind: 'ConnectorChanged',
    pileNo,
    connectorNo,
    state: connectorStateOf({
      online: pile.online,
      faulted,
      measurement,
      orderState: session?.order.state,
    }),
    plugged: measurement?.plugged ?? null,
    orderNo: session?.order.orderNo ?? null,
    faults: measurement?.faults ?? [],
  };
}

/** Tells of a connector if anything but its measured values has changed. */
export function tellConnector(room: SiteRoom, pile: PileMemory, connector: ConnectorMemory): void {
  const event = connectorChangedOf(room, pile, connector);
  const { pileNo, vendor } = pile.known;
  const { connectorNo } = connector;
  room.touch({ what: 'connector', pileNo, connectorNo });
  const text = JSON.stringify(event);
  if (text === connector.told) return;
  connector.told = text;
  const events = [outgoing(room, vendor, 'state', event)];
  // A fault that has passed already is told all the same: only states without one replace each other.
  const key = `connector ${pileNo}/${connectorNo} ${event.faults.join(' ')}`;
  room.notes.put({ key, changes: [], events });
}

/** Tells of a pile if it has changed, and keeps what is known of it. */
export function tellPile(room: SiteRoom, pile: PileMemory): void {
  const event = pileChangedOf(pile);
  const { pileNo, vendor } = pile.known;
  room.touch({ what: 'pile', pileNo });
  const text = JSON.stringify(event);
  const changed = text !== pile.told;
  if (!pile.known.adopted && !mayTellStranger(room, pile)) return;
  pile.told = text;
  room.notes.put({
    key: `pile ${pileNo}`,
    changes: pile.known.adopted
      ? [{ save: 'pile', pile: { ...pile.known, adopted: pile.byHand } }]
      : [],
    events: changed ? [outgoing(room, vendor, 'state', event)] : [],
  });
}

/** Anybody can invent pile numbers: the hub hears of so many, and the disk of none. */
function mayTellStranger(room: SiteRoom, pile: PileMemory): boolean {
  if (pile.told !== '') return true;
  room.strangersTold += 1;
  return room.strangersTold <= room.config.limits.waitingPiles;
}

/** Raises an alarm in the control lane, unless the same was raised a moment ago. */
export function raiseAlarm(
  room: SiteRoom,
  vendor: string,
  alarm: { readonly code: string; readonly pileNo: string | null; readonly text: string },
): void {
  const key = `alarm ${alarm.code} ${alarm.pileNo ?? ''}`;
  const now = room.clock.monoMs();
  const before = room.raised.get(key);
  if (before !== undefined && now - before < ALARM_AGAIN_MS) return;
  room.raised.delete(key);
  room.raised.set(key, now);
  const oldest = room.raised.size > ALARMS_REMEMBERED ? room.raised.keys().next().value : undefined;
  if (oldest !== undefined) room.raised.delete(oldest);
  room.counts.alarms += 1;
  room.log.warn({ pile: alarm.pileNo, code: alarm.code, text: alarm.text }, 'alarm-raised');
  const event = { kind: 'AlarmRaised', ...alarm } as const;
  room.notes.put({
    key: `${key} ${now}`,
    changes: [],
    events: [outgoing(room, vendor, 'control', event)],
  });
}

/** The clock was set by more than a moment; told under the first vendor, for it is of none. */
export function tellClockStep(
  room: SiteRoom,
  step: { readonly fromMs: number; readonly toMs: number },
): void {
  const vendor = room.config.hub?.vendors[0] ?? room.config.fronts[0]?.protocol ?? 'ykc';
  room.log.warn({ ...step }, 'clock-stepped');
  const event = { kind: 'ClockStepped', ...step } as const;
  room.notes.put({
    key: `clock ${room.clock.monoMs()}`,
    changes: [],
    events: [outgoing(room, vendor, 'control', event)],
  });
}
