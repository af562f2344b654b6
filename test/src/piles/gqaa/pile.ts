import type { Frames } from '@holdfast/protocols/gqaa/codec';
import type { Reason } from '@holdfast/protocols/gqaa/codes';
import { frames } from '@holdfast/protocols/gqaa/frames';
import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import type { MessageOf } from '@holdfast/protocols/kernel/frame';
import type { Peer } from '@holdfast/protocols/kernel/peer';
import type { BookNote, PileTariff } from '../books.ts';
import type { World } from '../frame-pile.ts';
import type { PileSetup } from '../setup.ts';
import { STOP } from './charge.ts';
import {
  arrive,
  ask,
  begin,
  end,
  leave,
  limited,
  refuse,
  report,
  rest,
  telemetry,
} from './guns.ts';
import { confirmed, upload, uploadAll } from './records.ts';
import { type Gun, initialState, type PileState } from './state.ts';
import {
  answer,
  arm,
  disarm,
  gunOf,
  gunTimer,
  heard,
  type PileStep,
  pileTime,
  say,
  sayAgain,
  stay,
  thenStep,
  withGun,
} from './step.ts';

type Heard<N extends keyof Frames> = MessageOf<Frames, N>;

const RETRY_MS = 10_000;
/** A plug that comes within 60 s of a remote start still starts the charge. */
const LATE_PLUG_MS = 60_000;
const LATE_PLUG_DELAY_MS: readonly [number, number] = [2_000, 20_000];
const BOOT_MS: readonly [number, number] = [2_000, 6_000];
const CAPABILITIES = 0x3f;

function tariffOf(body: Heard<'priceModel'>['body']): PileTariff {
  return {
    modelNo: body.modelNo,
    electricity: [
      body.sharpElecPrice,
      body.peakElecPrice,
      body.flatElecPrice,
      body.valleyElecPrice,
    ],
    service: [
      body.sharpServicePrice,
      body.peakServicePrice,
      body.flatServicePrice,
      body.valleyServicePrice,
    ],
    slots: body.slots,
  };
}

const heartbeat = (state: PileState, nowMs: number): PileStep =>
  thenStep(say(state, 'heartbeat', 0, { time: pileTime(state, nowMs) }), (s) =>
    stay(s, arm('heartbeat', s.setup.pace.heartbeatMs)),
  );

const login = (state: PileState, nowMs: number): PileStep =>
  thenStep(
    say(state, 'login', 0, {
      vendor: 'GAC virtual',
      model: 'DC',
      firmware: 'V1.0.0',
      pileType: 'dc',
      gunCount: state.setup.connectorCount,
      capabilities: CAPABILITIES,
      keySlot: 0,
      modelNo: state.tariff?.modelNo ?? '0000',
      time: pileTime(state, nowMs),
    }),
    (s) => stay(s, arm('login', RETRY_MS)),
  );

const reportAll = (state: PileState, nowMs: number): PileStep =>
  state.guns.reduce<PileStep>(
    (before, gun) => thenStep(before, (s) => report(s, gun, nowMs)),
    stay(state),
  );

/** What idle guns say now and then. */
const idleReports = (state: PileState, nowMs: number): PileStep =>
  thenStep(reportAll(state, nowMs), (s) => stay(s, arm('idle', s.setup.pace.idleTelemetryMs)));

/** Prices are known: the guns open. */
function ready(state: PileState): PileStep {
  if (state.ready) return stay(state, disarm('login'));
  return state.guns.reduce<PileStep>(
    (before, gun) => (gun.phase === 'empty' ? thenStep(before, (s) => rest(s, gun)) : before),
    stay({ ...state, ready: true }, disarm('login')),
  );
}

/** Logged in: clock, records, live values, and cars, where the prices are known. */
function welcomed(state: PileState, { seq, body }: Heard<'loginAck'>, nowMs: number): PileStep {
  if (body.reason !== 'none') return stay({ ...state, loggedIn: false }, disarm('login'));
  const told = body.time.ms;
  const offset =
    told === null ? {} : { clockOffsetMs: told - nowMs, platformOffsetMs: told - nowMs };
  const first = thenStep(heard({ ...state, ...offset, loggedIn: true }, seq), uploadAll);
  const live = thenStep(
    thenStep(first, (s) => heartbeat(s, nowMs)),
    (s) => idleReports(s, nowMs),
  );
  // Without prices it asks again by logging in, until they come.
  if (state.tariff === null) return thenStep(live, (s) => stay(s, arm('login', RETRY_MS)));
  return thenStep(live, ready);
}

/** Power fails: what was charging ends, goes into flash, and the pile boots. */
function powerCut(state: PileState, nowMs: number): PileStep {
  let step: PileStep = stay(state);
  for (const gun of state.guns) step = thenStep(step, (s) => end(s, gun, STOP.powerCut, nowMs));
  const { random, faults } = state.setup;
  const wrongClock = random.once(faults.wrongClockOneIn);
  const clockOffsetMs = wrongClock ? random.between(-12, 12) * 3_600_000 : step.state.clockOffsetMs;
  return thenStep(step, (s) =>
    stay(
      { ...s, powered: false, loggedIn: false, clockOffsetMs },
      arm('boot', random.between(...BOOT_MS)),
      { do: 'close', why: 'power cut' },
    ),
  );
}

function latePlug(state: PileState, gun: Gun, nowMs: number): PileStep {
  const start = gun.lateStart;
  if (start === null || gun.phase !== 'empty' || nowMs > start.untilMs) return stay(state);
  const { tradeNo, balanceFen } = start;
  // The change of state (0x12) says that the start holds after all.
  return thenStep(stay(state, disarm(gunTimer(gun.no, 'arrive'))), (s) =>
    begin(s, gun, { tradeNo, startedBy: 'remote', balanceFen }, nowMs),
  );
}

function onGunTimer(state: PileState, gun: Gun, timer: string, nowMs: number): PileStep {
  switch (timer) {
    case 'arrive':
      return arrive(state, gun, nowMs);
    case 'ask':
      return ask(state, gun);
    case 'telemetry':
      return telemetry(state, gun, nowMs);
    case 'full':
      return end(state, gun, STOP.full, nowMs);
    case 'leave':
      return leave(state, gun, nowMs);
    case 'cut':
      return powerCut(state, nowMs);
    case 'late-plug':
      return latePlug(state, gun, nowMs);
    case 'limit':
      return stay(limited(state, gun, null, nowMs));
    default:
      return stay(state);
  }
}

function onStart(state: PileState, message: Heard<'start'>, nowMs: number): PileStep {
  const { tradeNo, gunNo, balance: balanceFen, modelNo } = message.body;
  const gun = gunOf(state, gunNo);
  const say = (reason: Reason): PileStep => answer(state, message, 'startAck', reason, { tradeNo });
  if (gun === undefined || !state.ready) return say('device-fault');
  if (gun.charge?.tradeNo === tradeNo) return say('none');
  if (state.tariff?.modelNo !== modelNo) return say('price-model-differs');
  if (gun.phase === 'plugged') {
    return thenStep(say('none'), (s) =>
      begin(s, gun, { tradeNo, startedBy: 'remote', balanceFen }, nowMs),
    );
  }
  if (gun.phase !== 'empty') return say('connector-busy');
  const { random, faults } = state.setup;
  const lateStart = { tradeNo, balanceFen, untilMs: nowMs + LATE_PLUG_MS };
  const comes = random.once(faults.latePlugOneIn)
    ? [arm(gunTimer(gun.no, 'late-plug'), random.between(...LATE_PLUG_DELAY_MS))]
    : [];
  return thenStep(say('not-plugged'), (s) => stay(withGun(s, { ...gun, lateStart }), ...comes));
}

function onStop(state: PileState, message: Heard<'stop'>, nowMs: number): PileStep {
  const gun = gunOf(state, message.body.gunNo);
  if (gun === undefined || gun.charge === null) {
    return answer(state, message, 'stopAck', 'not-charging', {});
  }
  return thenStep(answer(state, message, 'stopAck', 'none', {}), (s) =>
    end(s, gun, STOP.remote, nowMs),
  );
}

function onAsked(state: PileState, message: Heard<'askAck'>, nowMs: number): PileStep {
  const { tradeNo, gunNo, reason, balance: balanceFen, modelNo } = message.body;
  const after = heard(state, message.seq);
  const gun = gunOf(state, gunNo);
  if (gun === undefined || gun.phase !== 'asking' || gun.visit === null) return after;
  if (reason !== 'none' || modelNo !== state.tariff?.modelNo) {
    return thenStep(after, (s) => refuse(s, gun));
  }
  const startedBy = gun.visit.pays;
  return thenStep(after, (s) => begin(s, gun, { tradeNo, startedBy, balanceFen }, nowMs));
}

function onLimit(state: PileState, message: Heard<'limit'>, nowMs: number): PileStep {
  const { gunNo, maxPower, validSeconds } = message.body;
  const guns = gunNo === 0 ? state.guns : state.guns.filter(({ no }) => no === gunNo);
  if (guns.length === 0) return answer(state, message, 'limitAck', 'bad-value', { maxPower: 0 });
  const lifted = maxPower === PROFILE_0.noLimitW;
  const share = lifted ? null : Math.floor(maxPower / guns.length);
  const next = guns.reduce((s, gun) => limited(s, gun, share, nowMs), state);
  const ends = guns.map(({ no }) =>
    lifted ? disarm(gunTimer(no, 'limit')) : arm(gunTimer(no, 'limit'), validSeconds * 1_000),
  );
  return thenStep(answer(next, message, 'limitAck', 'none', { maxPower }), (s) => stay(s, ...ends));
}

function onPriceModel(state: PileState, message: Heard<'priceModel'>): PileStep {
  const { modelNo } = message.body;
  if (state.guns.some((gun) => gun.charge !== null)) {
    return answer(state, message, 'priceModelAck', 'connector-busy', { modelNo });
  }
  const tariff = tariffOf(message.body);
  const taken = answer({ ...state, tariff }, message, 'priceModelAck', 'none', { modelNo });
  return thenStep(taken, ready);
}

function onRecall(state: PileState, message: Heard<'recall'>): PileStep {
  const { tradeNo } = message.body;
  const all = /^0+$/.test(tradeNo);
  const known = all || state.stored.has(tradeNo);
  const said = answer(state, message, 'recallAck', known ? 'none' : 'order-missing', { tradeNo });
  return thenStep(said, (s) => (all ? uploadAll(s) : upload(s, tradeNo)));
}

function onClock(state: PileState, message: Heard<'clock'>, nowMs: number): PileStep {
  const { time } = message.body;
  const offset = time.ms === null ? {} : { clockOffsetMs: time.ms - nowMs };
  const next =
    time.ms === null ? state : { ...state, ...offset, platformOffsetMs: time.ms - nowMs };
  return answer(next, message, 'clockAck', 'none', { time: pileTime(next, nowMs) });
}

function onCall(state: PileState, message: Heard<'call'>, nowMs: number): PileStep {
  const { gunNo } = message.body;
  const gun = gunOf(state, gunNo);
  return thenStep(answer(state, message, 'callAck', 'none', {}), (s) =>
    gun === undefined ? reportAll(s, nowMs) : report(s, gun, nowMs),
  );
}

const acknowledged = (state: PileState, { seq }: { readonly seq: string }): PileStep =>
  heard(state, seq);

const ON: Peer<PileState, Frames, 'pile', BookNote, World>['on'] = {
  loginAck: welcomed,
  platformHeartbeat: (state) => stay(state),
  telemetryAck: (state) => stay(state),
  stateAck: acknowledged,
  alarmAck: acknowledged,
  bmsAck: acknowledged,
  askAck: onAsked,
  orderAck: (state, { body }) => confirmed(state, body.tradeNo, body.reason === 'none'),
  call: onCall,
  start: onStart,
  stop: onStop,
  limit: onLimit,
  priceModel: onPriceModel,
  recall: onRecall,
  clock: onClock,
  ota: (state, message) => answer(state, message, 'otaAck', 'none', {}),
  log: (state, message) => answer(state, message, 'logAck', 'none', {}),
};

type HubMessage = Parameters<(typeof ON)[keyof typeof ON]>[1];

/** A command that was carried out before is answered alike and not carried out again. */
export function hear(state: PileState, message: HubMessage, nowMs: number): PileStep {
  const { code } = frames[message.name];
  const done = state.done.find((one) => one.seq === message.seq && one.code === code);
  if (done !== undefined && message.body.cot === PROFILE_0.cot.command) {
    return stay(state, { do: 'send', message: done.answer });
  }
  const handler = ON[message.name] as (
    state: PileState,
    message: HubMessage,
    nowMs: number,
  ) => PileStep;
  return handler(state, message, nowMs);
}

function onTimer(state: PileState, timer: string, nowMs: number): PileStep {
  const [kind, ...parts] = timer.split(':');
  if (kind === 'order') return upload(state, parts.join(':'));
  if (kind === 'boot') return stay({ ...state, powered: true });
  if (kind === 'gun') {
    const gun = gunOf(state, Number(parts[0]));
    return gun === undefined ? stay(state) : onGunTimer(state, gun, parts[1] ?? '', nowMs);
  }
  if (!state.connected) return stay(state);
  if (kind === 'login') return login(state, nowMs);
  if (kind === 'again') return sayAgain(state, parts[0] ?? '');
  return kind === 'idle' ? idleReports(state, nowMs) : heartbeat(state, nowMs);
}

function onWorld(state: PileState, { world }: World, nowMs: number): PileStep {
  if (world === 'close-the-shop') return stay({ ...state, closing: true });
  // Each connection has counters of its own.
  const anew = { ...state, said: [], done: [] };
  if (world === 'connected') return login({ ...anew, connected: true, count: 0 }, nowMs);
  return stay(
    { ...anew, connected: false, loggedIn: false },
    disarm('heartbeat'),
    disarm('idle'),
    disarm('login'),
  );
}

/** The pile's end of 广汽 profile-0: what each frame of the platform makes it do. */
export const virtualPile = (
  setup: PileSetup,
): Peer<PileState, Frames, 'pile', BookNote, World> => ({
  initial: initialState(setup),
  on: ON,
  onTimer,
  onCommand: onWorld,
});
