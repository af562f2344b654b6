import { type Measurement, powerOf } from '@holdfast/shared/pile/measurement';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import { sessionOf } from '../orders/opening.ts';
import { withSample } from '../orders/samples.ts';
import type { OrderInput, Session } from '../orders/session.ts';
import type { PileLink } from '../ports/site.ts';
import { isSpent, priced } from './balance.ts';
import { tellCards } from './card-lists.ts';
import { onCardChecked, onChargeBegan, onChargeReadings } from './charges.ts';
import { onDeviated } from './deviations.ts';
import { isGuests } from './judge.ts';
import { onNoted } from './notes.ts';
import { learnAtLogin, onTariffAnswered } from './prices.ts';
import { raiseAlarm, tellConnector, tellPile } from './reports.ts';
import {
  type ConnectorMemory,
  connectorOf,
  momentOf,
  type PileMemory,
  type SiteRoom,
} from './room.ts';
import { onMeterSigned } from './signed.ts';
import { onStartAsked, ratedPowerOf } from './starts.ts';
import { tryStep } from './stepper.ts';
import { onRecordUploaded } from './uploads.ts';

type Event<T extends PileEvent['type']> = Extract<PileEvent, { type: T }>;
type Handler<T extends PileEvent['type']> = (
  room: SiteRoom,
  pile: PileMemory,
  link: PileLink,
  event: Event<T>,
) => Promise<void> | void;

/** A clock further off is worth a visit (billing.md §5). */
const CLOCK_ALARM_MS = 60_000;
/** So many evictions in so short a time are no bad line. */
const EVICTIONS = 3;
const EVICTIONS_WITHIN_MS = 60_000;

async function tellSessions(room: SiteRoom, pile: PileMemory, input: OrderInput): Promise<void> {
  for (const session of room.shelf.openOf(pile.known.pileNo)) {
    await tryStep(room, pile, session, input);
  }
}

const onLoggedIn: Handler<'PileLoggedIn'> = async (room, pile, link, event) => {
  const { protocolVersion, firmware, connectorCount, dc } = event;
  pile.known = {
    ...pile.known,
    protocolVersion,
    firmware,
    connectorCount,
    dc,
    lastSeenMs: room.clock.nowMs(),
  };
  pile.link = link;
  pile.startConfirmMs = link.startConfirmMs;
  if (!pile.known.adopted) {
    tellPile(room, pile);
    return;
  }
  pile.online = true;
  pile.loggedInMono = room.clock.monoMs();
  learnAtLogin(room, pile);
  for (let n = 1; n <= connectorCount; n += 1) connectorOf(pile, n);
  tellPile(room, pile);
  room.log.info({ pile: link.pileNo, firmware, protocolVersion }, 'pile-logged-in');
  await tellSessions(room, pile, { on: 'pile-logged-in' });
  room.limits.tellAgain(pile);
  await tellCards(room, pile);
  for (const connector of pile.connectors.values()) tellConnector(room, pile, connector);
};

/** Two piles under one number take the line from each other for ever (ykc-pitfalls.md, 22). */
function noteEviction(room: SiteRoom, pile: PileMemory): void {
  const now = room.clock.monoMs();
  pile.evictedMono = [...pile.evictedMono, now].filter((at) => now - at < EVICTIONS_WITHIN_MS);
  if (pile.evictedMono.length < EVICTIONS) return;
  const { pileNo, vendor } = pile.known;
  raiseAlarm(room, vendor, {
    code: 'pile-number-twice',
    pileNo,
    text: 'Connections under this number drive each other out: is the number in two piles?',
  });
}

const onLost: Handler<'PileLost'> = async (room, pile, link, { why }) => {
  // An old socket's farewell is no loss of the pile that has logged in on a new one.
  if (pile.link !== link) return;
  pile.link = undefined;
  if (why === 'evicted') noteEviction(room, pile);
  if (!pile.online) return;
  pile.online = false;
  pile.held = undefined;
  pile.known = { ...pile.known, lastSeenMs: room.clock.nowMs() };
  room.log.info({ pile: link.pileNo, why }, 'pile-lost');
  tellPile(room, pile);
  await tellSessions(room, pile, { on: 'pile-lost' });
  for (const connector of pile.connectors.values()) tellConnector(room, pile, connector);
};

/** Whether the guard says stop, with this report counted. */
function spentWith(room: SiteRoom, session: Session, measurement: Measurement): boolean {
  const { pileNo, payer } = session.order;
  const { energy } = measurement;
  const nowMs = room.clock.nowMs();
  const samples = withSample(session.samples, { atMs: nowMs, energy }, room.config.rules);
  const others =
    payer.account === null || isGuests(room, session.order)
      ? []
      : room.shelf.ofAccount(payer.account).filter((other) => other.order !== session.order);
  return isSpent({ ...session, samples }, others, {
    maxPowerW: Math.max(0, ratedPowerOf(room, pileNo) ?? powerOf(measurement)),
    reactionMs: room.config.reactionMs,
    nowMs,
  });
}

/** The session that a pile charges under. One that has failed may only be on disk any more ([ORD-4]). */
async function sessionOfReport(
  room: SiteRoom,
  pile: PileMemory,
  connector: ConnectorMemory,
  tradeNo: string,
): Promise<Session | undefined> {
  const known = room.shelf.get(tradeNo);
  if (known !== undefined) return known.order.pileNo === pile.known.pileNo ? known : undefined;
  if (connector.strange === tradeNo) return undefined;
  const order = await room.ledger.order(tradeNo);
  if (order === undefined || order.pileNo !== pile.known.pileNo) {
    // The pile authorised it alone; its record will be an orphan. It is asked for once.
    connector.strange = tradeNo;
    return undefined;
  }
  const session = sessionOf(order, momentOf(room));
  room.shelf.put(session);
  return session;
}

async function onCharging(
  room: SiteRoom,
  pile: PileMemory,
  connector: ConnectorMemory,
  measurement: Measurement & { readonly tradeNo: string },
): Promise<void> {
  const { tradeNo, energy } = measurement;
  const taking = room.shelf.taking(pile.known.pileNo, connector.connectorNo);
  if (taking !== undefined && taking.order.orderNo !== tradeNo) {
    await tryStep(room, pile, taking, { on: 'reported-idle', certain: true });
  }
  const session = await sessionOfReport(room, pile, connector, tradeNo);
  if (session === undefined) return;
  // [ORD-15] A last word of an ended charge does not take the connector back from a start under way.
  const next = room.shelf.taking(pile.known.pileNo, connector.connectorNo);
  const isTaken = next !== undefined && next.order.orderNo !== tradeNo;
  if (isTaken && session.order.state === 'awaiting-record') return;
  const overspent = spentWith(room, session, measurement);
  await tryStep(room, pile, session, { on: 'reported-charging', energy, overspent });
}

const isIdle = ({ status, tradeNo }: Measurement): boolean =>
  status === 'idle' || (status === 'faulted' && tradeNo === null);

const onMeasured: Handler<'Measured'> = async (room, pile, _link, event) => {
  const atMs = room.clock.nowMs();
  const measurement = priced(room, event.measurement);
  const { pileNo, vendor } = pile.known;
  const connector = connectorOf(pile, measurement.connectorNo);
  connector.seen = { measurement, atMs };
  const told = { kind: 'Measured', pileNo, measurement } as const;
  room.measurements.put({ stream: { vendor, lane: 'telemetry' }, event: told, atMs });
  room.waits.tell(`read ${pileNo}/${connector.connectorNo}`, { news: 'answered', refusal: null });
  const { status, tradeNo } = measurement;
  if (status === 'charging' && tradeNo !== null) {
    await onCharging(room, pile, connector, { ...measurement, tradeNo });
  } else if (isIdle(measurement)) {
    connector.strange = undefined;
    const taking = room.shelf.taking(pileNo, connector.connectorNo);
    if (taking !== undefined) {
      await tryStep(room, pile, taking, { on: 'reported-idle', certain: false });
    }
  }
  tellConnector(room, pile, connector);
};

const onHealth: Handler<'ConnectorHealth'> = (room, pile, _link, { connectorNo, faulted }) => {
  const connector = connectorOf(pile, connectorNo);
  connector.faulted = faulted;
  tellConnector(room, pile, connector);
};

const onStartAnswered: Handler<'StartAnswered'> = async (room, pile, _link, event) => {
  const session = room.shelf.get(event.tradeNo);
  if (session === undefined || session.order.pileNo !== pile.known.pileNo) return;
  const { refusal } = event;
  const input: OrderInput =
    refusal === null ? { on: 'start-accepted' } : { on: 'start-refused', refusal };
  await tryStep(room, pile, session, input);
};

const onStopAnswered: Handler<'StopAnswered'> = async (room, pile, _link, event) => {
  const session = room.shelf.taking(pile.known.pileNo, event.connectorNo);
  if (session === undefined) return;
  await tryStep(room, pile, session, { on: 'stop-answered', refusal: event.refusal });
};

const onClock: Handler<'ClockAnswered'> = (room, pile, _link, { pileTimeMs }) => {
  if (pileTimeMs === null) return;
  const offMs = pileTimeMs - room.clock.nowMs();
  if (Math.abs(offMs) <= CLOCK_ALARM_MS) return;
  const { pileNo, vendor } = pile.known;
  raiseAlarm(room, vendor, {
    code: 'pile-clock-wrong',
    pileNo,
    text: `The pile's clock is ${Math.round(offMs / 1_000)} s off although it was just set.`,
  });
};

const onCommandAnswered: Handler<'CommandAnswered'> = (room, pile, _link, event) => {
  const { pileNo } = pile.known;
  const { command, accepted, connectorNo } = event;
  room.log.info({ pile: pileNo, connector: connectorNo, command, accepted }, 'command-answered');
  const refusal = accepted ? null : 'pile-refused';
  room.waits.tell(`${command} ${pileNo}`, { news: 'answered', refusal });
  room.waits.tell(`${command} ${pileNo}/${connectorNo ?? 0}`, { news: 'answered', refusal });
};

const onOperated: Handler<'Operated'> = (room, pile, _link, { request, outcome, answer }) =>
  room.waits.tell(`operate ${pile.known.pileNo} ${request}`, { news: 'operated', outcome, answer });

const onObserved: Handler<'Observed'> = (room, pile, _link, { name, body }) =>
  room.log.debug({ pile: pile.known.pileNo, name, body }, 'observed');

const HANDLERS: { readonly [T in PileEvent['type']]: Handler<T> } = {
  PileLoggedIn: onLoggedIn,
  PileLost: onLost,
  Measured: onMeasured,
  ConnectorHealth: onHealth,
  StartAsked: onStartAsked,
  StartAnswered: onStartAnswered,
  StopAnswered: onStopAnswered,
  RecordUploaded: onRecordUploaded,
  MeterSigned: onMeterSigned,
  TariffAnswered: (room, pile, _link, event) => onTariffAnswered(room, pile, event),
  ClockAnswered: onClock,
  CommandAnswered: onCommandAnswered,
  Observed: onObserved,
  CertificateAsked: (room, pile) => room.log.info({ pile: pile.known.pileNo }, 'certificate-asked'),
  CardChecked: onCardChecked,
  ChargeBegan: onChargeBegan,
  ChargeReadings: onChargeReadings,
  Operated: onOperated,
  Noted: onNoted,
  Deviated: onDeviated,
};

/** A pile that is not adopted gets no service: only that it was there is noted (design §9). */
const HEARD_UNADOPTED: readonly PileEvent['type'][] = ['PileLoggedIn', 'PileLost'];

/** Takes one event of a pile; runs within the pile's serial. */
export async function onEvent<T extends PileEvent['type']>(
  room: SiteRoom,
  pile: PileMemory,
  link: PileLink,
  event: Event<T> & { readonly type: T },
): Promise<void> {
  if (!pile.known.adopted && !HEARD_UNADOPTED.includes(event.type)) return;
  await HANDLERS[event.type](room, pile, link, event);
}
