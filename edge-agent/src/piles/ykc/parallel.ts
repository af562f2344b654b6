import { gunNoOf } from '@holdfast/protocols/ykc/codec';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import { fen } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { startAnswered, starting, stop } from './charging.ts';
import {
  isAllowed,
  type LocalGroup,
  type LocalMember,
  type RemoteGroup,
  withGroup,
} from './groups.ts';
import { identityOf, sameIdentity } from './identity.ts';
import { balanceOf, cardBytesOf, noTradeNo, printedNoOf } from './map.ts';
import { parallelNoOf } from './parallel-no.ts';
import { authReasonOf, startRefusalOf } from './refusals.ts';
import type { YkcState } from './state.ts';
import {
  andThen,
  connectorOf,
  emit,
  type Heard,
  reply,
  stay,
  step,
  tell,
  type YkcEffect,
  type YkcStep,
} from './step.ts';

type Decision = Extract<PileCommand, { do: 'allowStart' | 'refuseStart' }>;
type Together = Extract<PileCommand, { do: 'startTogether' }>;

const withLocal = (state: YkcState, group: LocalGroup): YkcState => ({
  ...state,
  localGroups: withGroup(state.localGroups, group),
});

/** 0xA2 for one gun. */
function answer(
  state: YkcState,
  no: string,
  { seq, gunNo }: Pick<LocalMember, 'seq' | 'gunNo'>,
  decision: Exclude<LocalMember['decision'], null>,
): YkcEffect {
  const allowed = isAllowed(decision) ? decision : undefined;
  return reply(seq, 'parallelStartApplyAck', {
    tradeNo: allowed?.tradeNo ?? noTradeNo,
    pileNo: state.pileNo,
    gunNo,
    logicalCardNo: printedNoOf(allowed?.cardNo ?? null),
    balance: allowed === undefined ? fen(0n) : balanceOf(allowed.balance, state.dialect),
    authOk: allowed === undefined ? 'failed' : 'ok',
    failReason: isAllowed(decision) ? 'none' : authReasonOf(decision),
    parallelNo: no,
  });
}

/** [YKC-PAR-2]: one gun is refused, so all are; orders that the site opened for others have failed. */
function refuseAll(state: YkcState, group: LocalGroup, refusal: Refusal): YkcStep {
  const effects: YkcEffect[] = [];
  for (const member of group.members) {
    if (!member.answered) effects.push(answer(state, group.no, member, refusal));
    const { decision, connectorNo } = member;
    if (isAllowed(decision)) effects.push(startAnswered(connectorNo, decision.tradeNo, refusal));
  }
  const members = group.members.map((member) => ({ ...member, answered: true }));
  return step(withLocal(state, { ...group, members, refusal }), ...effects);
}

/** [YKC-PAR-1]: the guns are told together, when each is allowed. */
function allowAll(state: YkcState, group: LocalGroup, view: DriverView): YkcStep {
  const complete = group.gathered || group.members.length > 1;
  if (!complete || !group.members.every(({ decision }) => isAllowed(decision))) {
    return stay(withLocal(state, group));
  }
  let next = state;
  const effects: YkcEffect[] = [];
  for (const member of group.members) {
    if (member.answered || !isAllowed(member.decision)) continue;
    next = starting(next, member.connectorNo, view);
    effects.push(answer(state, group.no, member, member.decision));
  }
  const members = group.members.map((member) => ({ ...member, answered: true }));
  return step(withLocal(next, { ...group, members }), ...effects);
}

/** 0xA1. */
export function parallelStartApply(
  state: YkcState,
  { seq, body }: Heard<'parallelStartApply'>,
): YkcStep {
  const { gunNo, parallelNo: no } = body;
  const connectorNo = connectorOf(gunNo);
  const known = state.localGroups.find((group) => group.no === no);
  const group = known ?? { no, members: [], gathered: false, refusal: null };
  if (group.refusal !== null) return step(state, answer(state, no, { seq, gunNo }, group.refusal));
  const identity = identityOf(body);
  const before = group.members.find((member) => member.connectorNo === connectorNo);
  const others = group.members.filter((member) => member !== before);
  if (identity === undefined) {
    const refusal = body.method === 'vin' ? 'vin-unknown' : 'account-missing';
    const refused = step(state, answer(state, no, { seq, gunNo }, refusal));
    return andThen(refused, (s) => refuseAll(s, { ...group, members: others }, refusal));
  }
  if (before?.decision === null && sameIdentity(before.identity, identity)) {
    return stay(withLocal(state, { ...group, members: [...others, { ...before, seq }] }));
  }
  const request = `${state.asked}`;
  const member: LocalMember = {
    connectorNo,
    gunNo,
    seq,
    request,
    identity,
    decision: null,
    answered: false,
  };
  const asked = withLocal(
    { ...state, asked: state.asked + 1 },
    {
      ...group,
      members: [...others, member],
    },
  );
  const told = emit({ type: 'StartAsked', connectorNo, request, identity, group: no });
  if (known !== undefined) return step(asked, told);
  return step(asked, told, { do: 'arm', timer: `gather:${no}`, ms: state.settings.parallelMs });
}

/** The site's decision on a gun of a parallel charge; `undefined` when the request is of none. */
export function decide(state: YkcState, command: Decision, view: DriverView): YkcStep | undefined {
  const { request, connectorNo } = command;
  const group = state.localGroups.find(({ members }) =>
    members.some((member) => member.request === request),
  );
  if (group === undefined) return undefined;
  const decision = command.do === 'allowStart' ? command : command.refusal;
  if (group.refusal !== null) {
    if (command.do === 'refuseStart') return stay(state);
    return step(state, startAnswered(connectorNo, command.tradeNo, group.refusal));
  }
  const members = group.members.map((member) =>
    member.request === request ? { ...member, decision } : member,
  );
  const decided = { ...group, members };
  if (command.do === 'refuseStart') return refuseAll(state, decided, command.refusal);
  return allowAll(state, decided, view);
}

/** [YKC-PAR-3]: a pile that asks for its second gun only after the first answer is not kept waiting. */
export function gathered(state: YkcState, no: string, view: DriverView): YkcStep {
  const group = state.localGroups.find((one) => one.no === no);
  if (group === undefined) return stay(state);
  const forget = { do: 'arm', timer: `forget:${no}`, ms: state.settings.startMs } as const;
  if (group.refusal !== null) return step(state, forget);
  return andThen(step(state, forget), (s) => allowAll(s, { ...group, gathered: true }, view));
}

/** Nothing more is expected of a parallel charge. */
export const forgotten = (state: YkcState, no: string): YkcStep =>
  stay({
    ...state,
    localGroups: state.localGroups.filter((group) => group.no !== no),
    remoteGroups: state.remoteGroups.filter((group) => group.no !== no),
  });

/** [YKC-PAR-4]: 0xA4 to every gun, with one parallel number for all of them. */
export function startTogether(state: YkcState, command: Together, view: DriverView): YkcStep {
  const second = Math.max(Math.floor(view.nowMs / 1000), state.parallelSecond + 1);
  const no = parallelNoOf(second * 1000);
  const group: RemoteGroup = { no, members: command.connectors };
  const remoteGroups = withGroup(state.remoteGroups, group);
  let next = step(
    { ...state, parallelSecond: second, remoteGroups },
    { do: 'arm', timer: `forget:${no}`, ms: state.settings.startMs },
  );
  for (const { connectorNo, tradeNo } of command.connectors) {
    next = andThen(next, (s) =>
      tell(starting(s, connectorNo, view), 'parallelRemoteStart', {
        tradeNo,
        pileNo: state.pileNo,
        gunNo: gunNoOf(connectorNo),
        logicalCardNo: printedNoOf(command.cardNo),
        physicalCardNo: cardBytesOf(command.cardNo),
        balance: balanceOf(command.balance, state.dialect),
        parallelNo: no,
      }),
    );
  }
  return next;
}

/** [YKC-PAR-5]: 0xA3; when one gun cannot start, the others are stopped and have failed too. */
export function parallelRemoteStartAck(
  state: YkcState,
  { body }: Heard<'parallelRemoteStartAck'>,
): YkcStep {
  const { tradeNo, parallelNo } = body;
  const refusal = startRefusalOf(body.result, body.failReason);
  const answered = step(state, startAnswered(connectorOf(body.gunNo), tradeNo, refusal));
  if (refusal === null || refusal === 'not-plugged') return answered;
  const group = state.remoteGroups.find(({ no }) => no === parallelNo);
  const others = (group?.members ?? []).filter((member) => member.tradeNo !== tradeNo);
  const stopped = others.reduce(
    (before, { connectorNo, tradeNo: other }) =>
      andThen(
        andThen(before, (s) => stop(s, { do: 'stop', connectorNo })),
        (s) => step(s, startAnswered(connectorNo, other, refusal)),
      ),
    answered,
  );
  return andThen(stopped, (s) => forgotten(s, parallelNo));
}
