import type { Refusal } from '@holdfast/shared/pile/refusals';
import type { EnergyStep } from '@holdfast/shared/units';
import type { OpenCharge } from '../../ports/site.ts';
import type { MeterNotes } from '../ocpp/meter-notes.ts';
import {
  chargeEnergyOf,
  type MeterRegister,
  NO_READINGS,
  nextNo,
  registerFrom,
  withReading,
} from '../ocpp/meter-register.ts';
import { readoutOf } from '../ocpp/readout.ts';
import { type ClockMoment, offsetOf, type StationClock } from '../ocpp/station-clock.ts';
import type { PendingNote, Token } from './memory.ts';
import type { ToldValue } from './meter.ts';
import { type Sequence, withNumber } from './sequence.ts';

/** One TransactionEvent, read. */
export interface Happening {
  readonly eventType: 'Started' | 'Updated' | 'Ended';
  readonly trigger: string;
  readonly seqNo: number | null;
  readonly atMs: number | null;
  /** The same by the station's own clock, and what was known of that when it was told. */
  readonly ownMs: number | null;
  readonly by: ClockMoment;
  /** It tells of the past ([OCPP-C6]). */
  readonly late: boolean;
  readonly connectorNo: number | null;
  readonly token: Token | null;
  /** The order of ours that the token or the number of the remote start names. */
  readonly tradeNo: string | null;
  readonly chargingState: string;
  readonly stoppedReason: string;
  readonly values: readonly ToldValue[];
}

/** What the site has made of a charge. */
export interface Stored {
  readonly orderNo: string;
  readonly no: number;
  readonly refusal: Refusal | null;
  readonly group: string | null;
  readonly expiresAtMs: number | null;
}

/** How a charge ended; all its times are told in ours by what was known of the clock just then. */
interface Ended {
  readonly ownMs: number | null;
  readonly by: ClockMoment;
  readonly reason: string;
}

/** A transaction, gathered from its events in whatever order they come ([OCPP-C13]). */
export interface Charge {
  /** The station's transaction id. */
  readonly key: string;
  readonly connectorNo: number | null;
  readonly stored: Stored | null;
  /** The site has been told that it began. */
  readonly asked: boolean;
  readonly tradeNo: string | null;
  /** Who began it; of several the one that came first by number. */
  readonly token: (Token & { readonly seqNo: number }) | null;
  /** Whom the site has decided about; nothing is said of another without asking. */
  readonly payer: Token | null;
  readonly startedAtMs: number | null;
  /** The same by the station's own clock. */
  readonly ownStartMs: number | null;
  /** Its Started has come; until then its start is that of its earliest message. */
  readonly begun: boolean;
  /** What the site knows that its register stood at when it began. */
  readonly meterStart: EnergyStep | null;
  readonly register: MeterRegister;
  readonly sequence: Sequence;
  readonly chargingState: string;
  /** Number of the event that said the state. */
  readonly stateSeq: number;
  readonly ended: Ended | null;
  /** When the station last told of it, by its own clock: a state from before says nothing of it. */
  readonly heardAtMs: number;
  /** Its station knows no more of it ([OCPP-C11]); anything that comes after all says that it does. */
  readonly vanished: boolean;
  /** It has just been told that its payer is refused, and ends by itself (E05) where nobody tends it. */
  readonly warned: boolean;
}

/** A charge of which nothing has come. */
export const newCharge = (key: string): Charge => ({
  key,
  connectorNo: null,
  stored: null,
  asked: false,
  tradeNo: null,
  token: null,
  payer: null,
  startedAtMs: null,
  ownStartMs: null,
  begun: false,
  meterStart: null,
  register: NO_READINGS,
  sequence: [],
  chargingState: '',
  stateSeq: -1,
  ended: null,
  heardAtMs: 0,
  vanished: false,
  warned: false,
});

/** A charge as the site's open orders know it, after a reconnect or a restart. */
export function chargeOfOpen(
  open: OpenCharge,
  meters: MeterNotes,
  clock: StationClock,
): readonly Charge[] {
  const { charge, orderNo, connectorNo, cardNo, chargingAtMs, openedAtMs } = open;
  if (charge === undefined) return [];
  const startedAtMs = chargingAtMs ?? openedAtMs;
  const ownStartMs = startedAtMs - offsetOf(clock);
  const meter = meters[charge.key];
  return [
    {
      ...newCharge(charge.key),
      connectorNo,
      stored: { orderNo, no: charge.no, refusal: null, group: null, expiresAtMs: null },
      asked: true,
      token: cardNo === null ? null : { idToken: cardNo, type: '', seqNo: -1 },
      payer: cardNo === null ? null : { idToken: cardNo, type: '' },
      startedAtMs,
      ownStartMs,
      begun: true,
      meterStart: charge.meterStart,
      register:
        meter === undefined
          ? registerFrom(charge.meterStart, ownStartMs)
          : registerFrom(meter.register, meter.atMs, meter.energy),
    },
  ];
}

/** A transaction that was noted before it was a charge. */
export const chargeOfPending = (key: string, note: PendingNote): Charge => ({
  ...newCharge(key),
  connectorNo: note.connectorNo,
  token: note.token === null ? null : { ...note.token, seqNo: -1 },
  startedAtMs: note.startedAtMs,
  ownStartMs: note.ownStartMs,
  begun: true,
  register: registerFrom(note.meterStart, note.ownStartMs),
});

/** A charge whose register has been read at these instants, which message number `seqNo` told. */
export function readAt(
  charge: Charge,
  values: readonly ToldValue[],
  seqNo: number | null = null,
): Charge {
  const no = seqNo ?? nextNo(charge.register);
  const register = values.reduce((so, { time, samples }) => {
    const energy = readoutOf(samples.samples).register;
    return energy === null ? so : withReading(so, { atMs: time.ownMs, no, energy });
  }, charge.register);
  return { ...charge, register };
}

const earliest = (...times: readonly (number | null)[]): number | null =>
  times
    .filter((time) => time !== null)
    .reduce<number | null>((first, time) => Math.min(first ?? time, time), null);

/** Its Started says when it began; without one the earliest thing that was heard of it. */
function startOf(
  charge: Charge,
  { eventType, atMs, ownMs, values }: Happening,
): Pick<Charge, 'startedAtMs' | 'ownStartMs'> {
  const { begun, startedAtMs, ownStartMs } = charge;
  if (eventType === 'Started' && atMs !== null) return { startedAtMs: atMs, ownStartMs: ownMs };
  if (begun) return { startedAtMs, ownStartMs };
  return {
    startedAtMs: earliest(startedAtMs, atMs, ...values.map(({ time }) => time.ms)),
    ownStartMs: earliest(ownStartMs, ownMs, ...values.map(({ time }) => time.ownMs)),
  };
}

/** An end that is told again is told by the clock of the first time. */
const endOf = ({ ended }: Charge, now: Happening): Ended | null =>
  now.eventType === 'Ended'
    ? { ownMs: now.ownMs, by: ended?.by ?? now.by, reason: now.stoppedReason }
    : ended;

/** A token that ends a charge is not the one that began it. */
function starterOf({ token: before }: Charge, { token, trigger, seqNo }: Happening) {
  const seq = seqNo ?? Number.MAX_SAFE_INTEGER;
  if (token === null || trigger === 'StopAuthorized') return before;
  return before !== null && before.seqNo <= seq ? before : { ...token, seqNo: seq };
}

/** With one more event, whenever it comes, and once however often it comes. */
export function withEvent(charge: Charge, now: Happening): Charge {
  const { eventType, seqNo, atMs, connectorNo, tradeNo, chargingState } = now;
  const isNewest = chargingState !== '' && (seqNo ?? charge.stateSeq) >= charge.stateSeq;
  return {
    ...readAt(charge, now.values, seqNo),
    ...startOf(charge, now),
    connectorNo: connectorNo ?? charge.connectorNo,
    tradeNo: charge.tradeNo ?? tradeNo,
    token: starterOf(charge, now),
    begun: charge.begun || eventType === 'Started',
    sequence: seqNo === null ? charge.sequence : withNumber(charge.sequence, seqNo),
    chargingState: isNewest ? chargingState : charge.chargingState,
    stateSeq: isNewest ? (seqNo ?? charge.stateSeq) : charge.stateSeq,
    ended: endOf(charge, now),
    heardAtMs: Math.max(charge.heardAtMs, atMs ?? 0),
    vanished: false,
  };
}

/**
 * Whether somebody has to pay for it, or somebody might: a transaction that began without a token and
 * in which nothing flows is a car that is plugged in, one without an EVSE is a card without a car.
 */
export const isOwed = ({
  begun,
  asked,
  connectorNo,
  token,
  tradeNo,
  chargingState,
  register,
}: Charge): boolean =>
  asked ||
  !begun ||
  (token !== null && connectorNo !== null) ||
  tradeNo !== null ||
  chargingState === 'Charging' ||
  chargeEnergyOf(register).energy > 0n;

/** What it was first read at, for an order that begins with it. */
export const meterStartOf = ({ meterStart, register }: Charge): EnergyStep | null =>
  meterStart ?? (register.start ?? register.readings[0])?.energy ?? null;
