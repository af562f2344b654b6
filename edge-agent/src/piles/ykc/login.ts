import { pileTimeOf } from '@holdfast/protocols/kernel/field-time';
import { dialectOf, STANDARD } from '@holdfast/protocols/ykc/dialects';
import type { DriverView, LostWhy } from '../driver.ts';
import { spreadOf } from './map.ts';
import { beginState, type YkcState } from './state.ts';
import { andThen, emit, type Heard, reply, stay, step, tell, type YkcStep } from './step.ts';

/** Two BCD digits name a gun. */
const GUNS_MAX = 99;

const versionText = (version: number): string => `${Math.floor(version / 10)}.${version % 10}`;

/** What the pile says of itself; what only this connection knows starts anew. */
function introduced(state: YkcState, body: Heard<'login'>['body'], dialect: string | undefined) {
  return {
    ...beginState(state.pileNo, state.settings),
    announced: true,
    dialect: (dialect === undefined ? undefined : dialectOf(dialect)) ?? STANDARD,
    dc: body.pileType !== 'ac',
    gunCount: Math.min(GUNS_MAX, Math.max(1, body.gunCount)),
    count: state.count,
    asked: state.asked,
    uploads: state.uploads,
  } satisfies YkcState;
}

/** [YKC-LOGIN-1] to [YKC-LOGIN-3]: 0x01 → 0x02. */
export function login(state: YkcState, message: Heard<'login'>, view: DriverView): YkcStep {
  const { seq, body } = message;
  const { pileNo } = state;
  const profile = view.site.pile(pileNo);
  const met = introduced(state, body, profile?.dialect);
  const told = emit({
    type: 'PileLoggedIn',
    protocolVersion: versionText(body.protocolVersion),
    firmware: body.firmware,
    connectorCount: met.gunCount,
    dc: met.dc,
  });
  if (profile?.adopted !== true) {
    return step(
      { ...met, phase: 'unserved' },
      told,
      reply(seq, 'loginAck', { pileNo, result: 'refused' }),
      { do: 'arm', timer: 'grace', ms: state.settings.graceMs },
    );
  }
  return step(
    { ...met, phase: 'served' },
    { do: 'disarm', timer: 'grace' },
    { do: 'admit' },
    told,
    reply(seq, 'loginAck', { pileNo, result: 'accepted' }),
    { do: 'arm', timer: 'welcome', ms: spreadOf(pileNo, state.settings.welcomeMs) },
  );
}

/** [YKC-LOGIN-4]: a frame of a pile that is not served gets no answer, and little time. */
export function unserved(state: YkcState): YkcStep {
  if (state.phase !== 'new') return stay(state);
  return step(
    { ...state, phase: 'unserved' },
    { do: 'arm', timer: 'grace', ms: state.settings.graceMs },
  );
}

/** The time of grace is over. */
export const graceOver = (state: YkcState): YkcStep =>
  state.phase === 'unserved' ? step(state, { do: 'close', why: 'not served' }) : stay(state);

/** [YKC-CLOCK-1]: 0x56. */
export const setClock = (state: YkcState, view: DriverView): YkcStep =>
  tell(state, 'timeSync', { pileNo: state.pileNo, time: pileTimeOf(view.nowMs) });

/** [YKC-QR-1]: 0xF0, which a pile forgets with its connection. */
function pushQr(state: YkcState): YkcStep {
  const { qr } = state.settings;
  if (qr === null) return stay(state);
  const { pileNo } = state;
  const { format, prefix } = qr;
  return tell(state, 'qrPrefix', { pileNo, format, prefixLen: prefix.length, prefix });
}

/** The clock now, and again tomorrow at this pile's own minute ([YKC-CLOCK-2]). */
export function clockDue(state: YkcState, view: DriverView): YkcStep {
  const { clockEveryMs } = state.settings;
  const ms = clockEveryMs - spreadOf(state.pileNo, clockEveryMs / 24);
  return andThen(setClock(state, view), (set) => step(set, { do: 'arm', timer: 'clock', ms }));
}

/** What a pile is given after its login, a little later for each. */
export const welcome = (state: YkcState, view: DriverView): YkcStep =>
  andThen(clockDue(state, view), pushQr);

/** [YKC-LOST-1]: only a loss of a pile that the site heard of is told. */
export const lost = (state: YkcState, why: LostWhy): YkcStep =>
  state.announced
    ? step({ ...state, announced: false }, emit({ type: 'PileLost', why }))
    : stay(state);
