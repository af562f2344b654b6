import { readRequest, readResponse } from '@holdfast/protocols/ocpp/reading';
import { rpcEndpoint } from '@holdfast/protocols/ocpp/rpc/endpoint';
import type { CallOutcome, RpcEndpoint } from '@holdfast/protocols/ocpp/rpc/port';
import type { OcppVersion } from '@holdfast/protocols/ocpp/version';
import { textSurroundings } from '../../../simulation/text-line.ts';
import type { VirtualTime } from '../../../simulation/virtual-time.ts';
import type { Payload } from '../payload.ts';
import type { OcppSurroundings } from '../surroundings.ts';

export interface Heard {
  readonly action: string;
  readonly payload: Payload;
  readonly atMs: number;
}

/** A central system for tests of the pile: it accepts everything and reads as strictly as can be. */
export interface Central {
  readonly surroundings: OcppSurroundings;
  readonly heard: readonly Heard[];
  /** What was not as the standard's schemas have it. */
  readonly faults: readonly string[];
  /** Asks the pile; the answer comes while the time runs. */
  readonly ask: (action: string, payload: Payload) => { outcome: CallOutcome | undefined };
  /** Cuts the line, and refuses connections until it is up again. */
  readonly cut: () => void;
  readonly restore: () => void;
}

const ACCEPTED = { status: 'Accepted' };

/** Answers that let a charge go on, in the words of the version. */
function answersOf(version: OcppVersion, nowMs: () => number, nextNo: () => number) {
  const currentTime = (): string => new Date(nowMs()).toISOString();
  const boot = () => ({ currentTime: currentTime(), interval: 60, status: 'Accepted' });
  const both: Readonly<Record<string, (payload: Payload) => object>> = {
    BootNotification: boot,
    Heartbeat: () => ({ currentTime: currentTime() }),
    SignCertificate: () => ACCEPTED,
  };
  if (version !== '1.6') {
    return {
      ...both,
      Authorize: () => ({ idTokenInfo: ACCEPTED }),
      TransactionEvent: () => ({ idTokenInfo: ACCEPTED }),
    };
  }
  return {
    ...both,
    Authorize: () => ({ idTagInfo: ACCEPTED }),
    StartTransaction: () => ({ transactionId: nextNo(), idTagInfo: ACCEPTED }),
  };
}

export function central(version: OcppVersion, time: VirtualTime): Central {
  const heard: Heard[] = [];
  const faults: string[] = [];
  let endpoint: RpcEndpoint | undefined;
  let hangUp = (): void => {};
  let isUp = true;
  let no = 1_000;
  let ids = 0;
  const nextNo = (): number => {
    no += 1;
    return no;
  };
  const answers: Readonly<Record<string, (payload: Payload) => object>> = answersOf(
    version,
    time.clock.nowMs,
    nextNo,
  );
  const check = (kind: 'request' | 'response', action: string, payload: Payload): void => {
    const read = kind === 'request' ? readRequest : readResponse;
    const reading = read(version, action, payload, 'strict');
    if (!reading.ok) faults.push(`${action} ${kind}: ${reading.description}`);
  };
  const surroundings = textSurroundings(time, (_station, wire) => {
    if (!isUp) return undefined;
    ids += 1;
    const mine = rpcEndpoint({
      version,
      idPrefix: `c${ids}-`,
      port: {
        send: (text) => {
          wire.write(text);
          return true;
        },
        close: wire.end,
        pause: () => {},
        resume: () => {},
        after: time.timers.after,
        monoMs: time.clock.monoMs,
      },
      owner: {
        onCall(request) {
          const { action, payload } = request;
          heard.push({ action, payload, atMs: time.clock.nowMs() });
          check('request', action, payload);
          request.answer(answers[action]?.(payload) ?? {});
        },
        onDeviation: (kind, detail) => faults.push(`${kind}: ${detail}`),
      },
    });
    endpoint = mine;
    hangUp = wire.end;
    return { received: (text) => mine.receive(text), lost: () => mine.closed() };
  });
  return {
    surroundings,
    heard,
    faults,
    ask(action, payload) {
      const asked: { outcome: CallOutcome | undefined } = { outcome: undefined };
      endpoint?.call({ action, payload, tag: '' }, (outcome) => {
        asked.outcome = outcome;
        if (outcome.is === 'result') check('response', action, outcome.payload);
      });
      return asked;
    },
    cut() {
      isUp = false;
      hangUp();
    },
    restore() {
      isUp = true;
    },
  };
}
