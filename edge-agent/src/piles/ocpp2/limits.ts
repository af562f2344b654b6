import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { DriverView } from '../driver.ts';
import { textAt } from '../ocpp/fields.ts';
import type { LimitWay } from '../ocpp/quirks.ts';
import {
  andThen,
  call,
  commandAnswered,
  forEach,
  type Result,
  report,
  stay,
  step,
  tagOf,
} from '../ocpp/steps.ts';
import { numbersOf } from './connectors.ts';
import { hasFeature } from './model-values.ts';
import {
  clearLimit,
  clearSafe,
  evseOf,
  hasUnder,
  isPause,
  limitProfile,
  type ProfileWay,
  safeProfile,
  safeWOf,
  type Wish,
} from './profiles.ts';
import {
  chargeAt,
  connectorNosOf,
  connectorOf,
  type Limit,
  type Ocpp2State,
  withConnector,
} from './state.ts';
import { type Ocpp2Step, remember } from './step.ts';

type LimitCommand = Extract<PileCommand, { do: 'limitPower' }>;
type Way = Exclude<LimitWay, 'vendor-key'>;

/** The whole station, where a connector is meant. */
const STATION = 0;
/** A measured power so far above its limit is no error of measurement. */
const OVER_PERCENT = 110;
const OVER_W = 300;

const numberOf = (connectorNo: number): number | null =>
  connectorNo === STATION ? null : connectorNo;

const answeredNo = (state: Ocpp2State, connectorNo: number): Ocpp2Step => {
  const why = 'the station takes no limits';
  return step(state, commandAnswered('limitPower', numberOf(connectorNo), false, { why }));
};

/** The station's ways, in the order in which they are tried ([OCPP-D6]); 2.x has no vendors' keys. */
function waysOf(state: Ocpp2State, connectorNo: number): readonly Way[] {
  const smart = hasFeature(state, 'SmartChargingCtrlr');
  const ways = state.quirks.limitWays
    .filter((way) => way !== 'vendor-key')
    .filter(
      (way) => way === 'stop' || (smart && (connectorNo !== STATION || way === 'station-max')),
    );
  if (!state.memory.limit.alone || !ways.includes('tx')) return ways;
  // What falls back in this charge alone is no limit of the next: the last way but one.
  const others = ways.filter((way) => way !== 'tx' && way !== 'stop');
  return [...others, 'tx', ...ways.filter((way) => way === 'stop')];
}

/** `limitPower`: wanted from now on; a pause is not lifted again at once ([OCPP-D7]). */
export function limitPower(state: Ocpp2State, command: LimitCommand, view: DriverView): Ocpp2Step {
  const connectorNo = command.connectorNo ?? STATION;
  const { maxW, validSeconds } = command;
  const before = connectorOf(state, connectorNo).limit;
  if (maxW === null) return lift(state, connectorNo, view);
  const pausedAtMs = before?.pausedAtMs ?? 0;
  const limit: Limit = { maxW, untilMs: view.nowMs + validSeconds * 1_000, pausedAtMs };
  const wanted = withConnector(state, connectorNo, { limit });
  const restMs = pausedAtMs + state.settings.pauseMs - view.nowMs;
  if (before !== null && isPause(state, before.maxW) && !isPause(state, maxW) && restMs > 0) {
    return step(wanted, { do: 'arm', timer: `limit:${connectorNo}`, ms: restMs });
  }
  return apply(wanted, connectorNo, state.memory.limit.way, view);
}

/** The site's numbers of an EVSE's connectors; of one that was never heard of its own. */
function connectorsAt({ memory }: Ocpp2State, evse: number): readonly number[] {
  const known = numbersOf(memory.connectors, evse);
  return known.length === 0 ? [evse] : known;
}

/** Other connectors of an EVSE that have a limit: it has one profile for all of them. */
function siblingsOf(state: Ocpp2State, connectorNo: number, view: DriverView): readonly number[] {
  return connectorsAt(state, evseOf(state, connectorNo)).filter((no) => {
    const { limit } = connectorOf(state, no);
    return no !== connectorNo && limit !== null && limit.untilMs > view.nowMs;
  });
}

/** No limit of ours any more; the station's as a whole goes with that of the last connector. */
function lift(state: Ocpp2State, connectorNo: number, view: DriverView): Ocpp2Step {
  const evse = evseOf(state, connectorNo);
  const lifted = withConnector(state, connectorNo, { limit: null });
  const [sibling] = siblingsOf(lifted, connectorNo, view);
  if (sibling !== undefined) {
    return andThen(liftResult(lifted, tagOf('lift', connectorNo)), (s) =>
      apply(s, sibling, s.memory.limit.way, view),
    );
  }
  const isLast = Object.values(lifted.connectors).every(({ limit }) => limit === null);
  const clear = (what: object) => call('ClearChargingProfile', what, 'clear-profiles');
  return andThen(withBase(lifted, evse, false), (s) =>
    step(
      s,
      { do: 'disarm', timer: `limit:${connectorNo}` },
      { do: 'disarm', timer: `verify:${connectorNo}` },
      ...(connectorNo === STATION ? [] : [clear(clearSafe(evse))]),
      ...(connectorNo !== STATION && isLast ? [clear(clearLimit(STATION))] : []),
      call('ClearChargingProfile', clearLimit(evse), tagOf('lift', connectorNo)),
    ),
  );
}

/** The time of a pause is over, or a charge has begun: what is wanted now is set. */
export const limitDue = (state: Ocpp2State, connectorNo: number, view: DriverView): Ocpp2Step =>
  apply(state, connectorNo, state.memory.limit.way, view);

/** Notes whether an EVSE holds its safe limit. */
function withBase(state: Ocpp2State, evse: number, isThere: boolean): Ocpp2Step {
  const { limit } = state.memory;
  if (limit.based.includes(evse) === isThere) return stay(state);
  const others = limit.based.filter((one) => one !== evse);
  const based = isThere ? [...others, evse] : others;
  return remember(state, 'limit', { limit: { ...limit, based } });
}

/**
 * [OCPP-D8] The safe limit goes first, once, where it lies under ours. Where it would count beside
 * ours, or be replaced by it, it must not be there: such a limit carries its own fall-back.
 */
function base(state: Ocpp2State, evse: number, isUnder: boolean): Ocpp2Step {
  if (evse === STATION || state.memory.limit.based.includes(evse) === isUnder) return stay(state);
  if (isUnder) {
    return step(state, call('SetChargingProfile', safeProfile(state, evse), tagOf('base', evse)));
  }
  return andThen(withBase(state, evse, false), (s) =>
    step(s, call('ClearChargingProfile', clearSafe(evse), 'clear-profiles')),
  );
}

/** After a boot nobody knows what lies there. */
export const forgetBase = (state: Ocpp2State): Ocpp2Step =>
  state.memory.limit.based.length === 0
    ? stay(state)
    : remember(state, 'limit', { limit: { ...state.memory.limit, based: [] } });

/** Watts for a way: one that counts for all connectors takes the least, or the sum. */
function wishOf(
  state: Ocpp2State,
  connectorNo: number,
  way: ProfileWay,
  limit: Limit,
  view: DriverView,
): Wish {
  const safeW = safeWOf(state);
  const { untilMs, maxW: watts } = limit;
  const validSeconds = Math.ceil((untilMs - view.nowMs) / 1_000);
  const nos = connectorNosOf(state);
  if (connectorNo === STATION) {
    return { connectorNo, watts, validSeconds, safeW: Math.min(safeW * nos.length, watts) };
  }
  const each = nos.map((no) => connectorOf(state, no).limit?.maxW ?? safeW);
  if (way === 'tx-default-all') {
    return { connectorNo, watts: Math.min(watts, ...each), validSeconds, safeW };
  }
  if (way === 'station-max') {
    const sum = each.reduce((total, one) => total + one, 0);
    return { connectorNo, watts: sum, validSeconds, safeW: safeW * nos.length };
  }
  const beside = siblingsOf(state, connectorNo, view).map(
    (no) => connectorOf(state, no).limit?.maxW ?? watts,
  );
  return { connectorNo, watts: Math.min(watts, ...beside), validSeconds, safeW };
}

/** Puts a limit to the station by the way of that number, or by the last there is. */
function apply(state: Ocpp2State, connectorNo: number, from: number, view: DriverView): Ocpp2Step {
  const { limit } = connectorOf(state, connectorNo);
  if (limit === null || limit.untilMs <= view.nowMs) return stay(state);
  const ways = waysOf(state, connectorNo);
  const at = Math.min(from, Math.max(0, ways.length - 1));
  const pause = isPause(state, limit.maxW);
  const way = pause && state.quirks.refusesZero ? 'stop' : ways[at];
  if (way === undefined) return answeredNo(state, connectorNo);
  const paused = { limit: { ...limit, pausedAtMs: view.nowMs } };
  const timed = pause ? withConnector(state, connectorNo, paused) : state;
  if (way === 'stop') return stopOver(timed, connectorNo, limit, view);
  const charge = connectorNo === STATION ? undefined : chargeAt(timed, connectorNo, view);
  const real = way === 'tx' && charge === undefined ? 'tx-default' : way;
  const profile = limitProfile(
    timed,
    real,
    wishOf(timed, connectorNo, real, limit, view),
    charge,
    view,
  );
  const tag = tagOf('limit', connectorNo, at);
  const based = base(timed, evseOf(timed, connectorNo), hasUnder(timed, real));
  return andThen(based, (s) => step(s, call('SetChargingProfile', profile, tag)));
}

/** The last way: what draws more than it may is stopped. */
function stopOver(
  state: Ocpp2State,
  connectorNo: number,
  { maxW }: Limit,
  view: DriverView,
): Ocpp2Step {
  const { powerW } = connectorOf(state, connectorNo).readout;
  const charge = chargeAt(state, connectorNo, view);
  if (charge === undefined || (powerW !== null && powerW <= maxW)) {
    return answeredNo(state, connectorNo);
  }
  const payload = { transactionId: charge.key };
  return step(
    state,
    call('RequestStopTransaction', payload, tagOf('limit-stop', connectorNo)),
    commandAnswered('limitPower', connectorNo, true, { way: 'stop' }),
  );
}

/** Connector and way that a tag is about. */
function aimOf(tag: string): { readonly connectorNo: number; readonly way: number } {
  const [, connector = '', way = ''] = tag.split(':');
  return { connectorNo: Number(connector), way: Number(way) };
}

/** What the station said of a limit: it holds, or the next way is tried ([OCPP-D6]). */
export function limitResult(state: Ocpp2State, result: Result, view: DriverView): Ocpp2Step {
  if (textAt(result.payload, 'status') !== 'Accepted') return limitRefused(state, result.tag, view);
  const { connectorNo, way } = aimOf(result.tag);
  if (connectorOf(state, connectorNo).limit === null) return stay(state);
  const name = waysOf(state, connectorNo)[way] ?? '';
  return andThen(wayWorks(state, way), (s) =>
    step(
      s,
      { do: 'arm', timer: `verify:${connectorNo}`, ms: s.settings.verifyMs },
      commandAnswered('limitPower', numberOf(connectorNo), true, { way: name }),
    ),
  );
}

const wayWorks = (state: Ocpp2State, way: number): Ocpp2Step =>
  state.memory.limit.way === way
    ? stay(state)
    : remember(state, 'limit', { limit: { ...state.memory.limit, way } });

/** Refused, or unanswered: the next way. */
export function limitRefused(state: Ocpp2State, tag: string, view: DriverView): Ocpp2Step {
  const { connectorNo, way } = aimOf(tag);
  return way + 1 < waysOf(state, connectorNo).length
    ? apply(state, connectorNo, way + 1, view)
    : answeredNo(state, connectorNo);
}

/** The safe limit is there, and need not be sent again. */
export const baseResult = (
  state: Ocpp2State,
  { tag, payload }: Result,
  view: DriverView,
): Ocpp2Step =>
  textAt(payload, 'status') === 'Accepted'
    ? withBase(state, evseIn(tag), true)
    : baseRefused(state, tag, view);

const evseIn = (tag: string): number => Number(tag.split(':')[1]);

/**
 * [OCPP-D8] Nothing safe lies under what was just set, so that would leave nothing when it ends: it is
 * set anew, with a fall-back of its own.
 */
export function baseRefused(state: Ocpp2State, tag: string, view: DriverView): Ocpp2Step {
  const { limit } = state.memory;
  if (limit.alone) return stay(state);
  const noted = remember(state, 'limit', { limit: { ...limit, way: 0, alone: true } });
  return andThen(noted, (s) =>
    forEach(s, connectorsAt(s, evseIn(tag)), (t, no) => apply(t, no, 0, view)),
  );
}

/** A profile that is not there is cleared as well (`Unknown`). */
export const liftResult = (state: Ocpp2State, tag: string): Ocpp2Step =>
  step(
    state,
    commandAnswered('limitPower', numberOf(aimOf(tag).connectorNo), true, { way: 'none' }),
  );

/** [OCPP-D6] A limit that is not kept was not understood, whatever was said: the next way. */
export function verify(state: Ocpp2State, connectorNo: number, view: DriverView): Ocpp2Step {
  const { limit, readout } = connectorOf(state, connectorNo);
  if (limit === null || readout.powerW === null) return stay(state);
  if (chargeAt(state, connectorNo, view) === undefined) return stay(state);
  if (readout.powerW * 100 <= limit.maxW * OVER_PERCENT + OVER_W * 100) return stay(state);
  const told = report(state, [
    {
      rule: 'OCPP-D6',
      action: 'SetChargingProfile',
      path: '/chargingProfile',
      seen: `${readout.powerW} W over a limit of ${limit.maxW} W`,
      repair: 'another way is tried',
    },
  ]);
  const tag = tagOf('limit', connectorNo, state.memory.limit.way);
  return andThen(told, (s) => limitRefused(s, tag, view));
}
