import { knownOf, type ListUpdate, withList } from './cards.ts';
import type { Dialect } from './dialect.ts';
import { begin, end, measure, obey, tell } from './guns.ts';
import type { Payload } from './payload.ts';
import { type Profile, withProfile } from './profiles.ts';
import type { Gun, Job, PileState, Reservation, Starter } from './state.ts';
import {
  arm,
  ask,
  disarm,
  eachGun,
  gunOf,
  gunTimer,
  type PileEffect,
  type PileStep,
  pileNow,
  stay,
  thenStep,
  withGun,
} from './step.ts';

/*
 * What a pile does when it is asked, whatever the version calls it. Each function returns what to
 * say and what happens; the versions put it into their own words.
 */

const LATE_PLUG_MS = 60_000;
const LATE_PLUG_DELAY_MS: readonly [number, number] = [2_000, 20_000];
const RESET_AFTER_MS = 1_000;

export const answer = (call: number, payload: Payload): PileEffect => ({
  do: 'answer',
  call,
  payload,
});

/** Says it, then does it: an answer leaves before what it sets off. */
export const answering = (
  state: PileState,
  call: number,
  payload: Payload,
  next: (state: PileState) => PileStep = stay,
): PileStep => thenStep(stay(state, answer(call, payload)), next);

export type Outcome = readonly [done: boolean, next: (state: PileState) => PileStep];
const NO: Outcome = [false, stay];

/** A remote start: at once where a car waits, or when one plugs in within a minute. */
export function remoteStart(
  dialect: Dialect,
  state: PileState,
  connectorNo: number | undefined,
  starter: Starter,
  nowMs: number,
): Outcome {
  const gun =
    connectorNo === undefined
      ? state.guns.find(({ phase }) => phase === 'plugged')
      : gunOf(state, connectorNo);
  if (gun === undefined || !gun.operative || !state.clockKnown) return NO;
  if (gun.phase === 'plugged') return [true, (s) => begin(dialect, s, gun, starter, nowMs)];
  if (gun.phase !== 'empty' || gun.waits !== null) return NO;
  const { random, faults } = state.setup;
  const waits = { ...starter, untilMs: nowMs + LATE_PLUG_MS };
  const comes = random.once(faults.latePlugOneIn)
    ? [arm(gunTimer(gun.no, 'late-plug'), random.between(...LATE_PLUG_DELAY_MS))]
    : [];
  return [true, (s) => stay(withGun(s, { ...gun, waits }), ...comes)];
}

/** Ends the charge that is named. */
export function remoteStop(
  dialect: Dialect,
  state: PileState,
  isMeant: (ref: string) => boolean,
  nowMs: number,
): Outcome {
  const gun = state.guns.find(({ charge }) => charge !== null && isMeant(charge.ref));
  if (gun === undefined) return NO;
  return [true, (s) => end(dialect, s, gun, 'Remote', nowMs)];
}

/** Ends every charge, then boots. */
export function reset(dialect: Dialect, hard: boolean, nowMs: number) {
  return (state: PileState): PileStep =>
    thenStep(
      eachGun(stay(state), (s, gun) =>
        end(dialect, s, gun, hard ? 'HardReset' : 'SoftReset', nowMs),
      ),
      (s) => stay(s, arm('reset', RESET_AFTER_MS)),
    );
}

/** Opens the lock; a charge behind it ends first. */
export function unlock(dialect: Dialect, gun: Gun, nowMs: number) {
  return (state: PileState): PileStep => end(dialect, state, gun, 'UnlockCommand', nowMs);
}

/** `scheduled`: a charge runs there and ends first. */
export function setAvailable(
  dialect: Dialect,
  state: PileState,
  connectorNo: number,
  operative: boolean,
  nowMs: number,
): { readonly scheduled: boolean; readonly next: (state: PileState) => PileStep } {
  const meant = state.guns.filter(({ no }) => connectorNo === 0 || no === connectorNo);
  return {
    scheduled: !operative && meant.some(({ charge }) => charge !== null),
    next: (s) =>
      meant.reduce(
        (step, { no }) =>
          thenStep(step, (t) => {
            const gun = gunOf(t, no);
            return gun === undefined ? stay(t) : tell(dialect, t, { ...gun, operative }, nowMs);
          }),
        stay(s),
      ),
  };
}

export type ReserveAnswer = 'Accepted' | 'Occupied' | 'Unavailable';

export function reserve(
  dialect: Dialect,
  state: PileState,
  connectorNo: number | undefined,
  reservation: Reservation,
  nowMs: number,
): readonly [ReserveAnswer, (state: PileState) => PileStep] {
  const gun = state.guns.find(
    ({ no, phase }) => (connectorNo || no) === no && (connectorNo !== 0 || phase === 'empty'),
  );
  if (gun === undefined) return ['Occupied', stay];
  if (!gun.operative) return ['Unavailable', stay];
  if (gun.phase !== 'empty') return ['Occupied', stay];
  const leftMs = Math.max(0, reservation.untilMs - pileNow(state, nowMs));
  const reserved: Gun = { ...gun, reserved: reservation };
  return [
    'Accepted',
    (s) =>
      thenStep(tell(dialect, s, reserved, nowMs), (t) =>
        stay(t, arm(gunTimer(gun.no, 'reservation'), Math.min(leftMs, 86_400_000))),
      ),
  ];
}

export function cancelReservation(
  dialect: Dialect,
  state: PileState,
  id: number | undefined,
  nowMs: number,
): Outcome {
  const gun = state.guns.find(({ reserved }) => reserved !== null && reserved.id === id);
  if (gun === undefined) return NO;
  return [
    true,
    (s) =>
      thenStep(tell(dialect, s, { ...gun, reserved: null }, nowMs), (t) =>
        stay(t, disarm(gunTimer(gun.no, 'reservation'))),
      ),
  ];
}

/** New limits: every gun follows them at once. */
export const withLimits =
  (dialect: Dialect, profiles: readonly Profile[], nowMs: number) =>
  (state: PileState): PileStep =>
    eachGun(stay({ ...state, profiles }), (s, gun) => obey(dialect, s, gun, nowMs));

export const setProfile = (
  dialect: Dialect,
  state: PileState,
  profile: Profile,
  nowMs: number,
): ((state: PileState) => PileStep) =>
  withLimits(dialect, withProfile(state.profiles, profile), nowMs);

/** `undefined`: the version does not fit. */
export function updateList(state: PileState, update: ListUpdate): PileState | undefined {
  const cards = withList(state.cards, update);
  return cards === undefined ? undefined : { ...state, cards };
}

export const forgetCache = (state: PileState): PileState => ({
  ...state,
  cards: { ...state.cards, cache: new Map() },
});

export type Triggered = 'boot' | 'heartbeat' | 'status' | 'meter';

/** Says at once what is asked for. */
export function trigger(
  dialect: Dialect,
  what: Triggered,
  connectorNo: number | undefined,
  nowMs: number,
) {
  return (state: PileState): PileStep => {
    if (what === 'boot') return stay(state, ask('boot', dialect.boot(state, 'Triggered')));
    if (what === 'heartbeat') return stay(state, ask('heartbeat', dialect.heartbeat));
    return eachGun(stay(state), (s, gun) => {
      if ((connectorNo || gun.no) !== gun.no) return stay(s);
      return what === 'meter'
        ? measure(dialect, s, gun, nowMs)
        : tell(dialect, s, { ...gun, told: null }, nowMs);
    });
  };
}

export const job = (work: Job): PileEffect => ({ do: 'job', job: work });

/** Whether a reserved gun is kept for another card. */
export const keptForOther = (gun: Gun, card: string): boolean =>
  gun.reserved !== null && gun.reserved.card.toUpperCase() !== card.toUpperCase();

export const isBlocked = (state: PileState, card: string): boolean =>
  knownOf(state.cards, card) === false;
