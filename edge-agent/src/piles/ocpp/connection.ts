import { readRequest, readResponse } from '@holdfast/protocols/ocpp/reading';
import { rpcEndpoint } from '@holdfast/protocols/ocpp/rpc/endpoint';
import type {
  CallOutcome,
  LateAnswer,
  Payload,
  RpcBreak,
  RpcDeviation,
  RpcEndpoint,
  RpcNotice,
  RpcOwner,
  RpcPort,
  RpcRequest,
} from '@holdfast/protocols/ocpp/rpc/port';
import { redacted } from '@holdfast/shared/pile/redaction';
import type { SecurityCode } from '@holdfast/shared/pile/security-event';
import type { Driver, LostWhy } from '../driver.ts';
import type { EventQueue } from '../event-queue.ts';
import { type Carrier, Session, type SessionRoom } from '../session.ts';
import { Deviations } from './deviations.ts';
import { BREAKS, CLOSE } from './ends.ts';
import { bytesIn, bytesOut } from './frame-bytes.ts';
import { Liveness } from './liveness.ts';
import type { OcppDown, OcppUp } from './messages.ts';
import { OpenCalls } from './open-calls.ts';
import type {
  OpenStation,
  Station,
  StationConnection,
  StationRoom,
  StationWire,
} from './station.ts';

/** The only messages of a station that may be longer than the rest. */
const REPORT = /^\s*\[\s*[26]\s*,[^,]{1,64},\s*"Notify(?:Monitoring)?Report"/;
const NO_BYTES = new Uint8Array(0);
/** Who wants the socket not to be read: the RPC layer, or the queue of the site. */
type Brake = EventQueue | 'rpc';
const NO_BRAKES: readonly Brake[] = [];
interface Frame {
  readonly text: string;
  readonly bytes: Uint8Array;
}
const NO_FRAME: Frame = { text: '', bytes: NO_BYTES };

/** Opens the connections of stations that one driver serves. */
export const stationOpener =
  <State>(driver: Driver<State, OcppUp, OcppDown>): OpenStation =>
  (room, station, wire) =>
    new OcppConnection({ ...room, driver }, station, wire);

/**
 * One socket's worth of an OCPP station: frames to the RPC endpoint, calls to the session of the
 * station and its answers back. It alone decides when the socket is paused, dead or not worth keeping.
 */
class OcppConnection<State> implements Carrier<OcppDown>, StationConnection, RpcPort, RpcOwner {
  readonly address: string;
  readonly #room: StationRoom;
  readonly #station: Station;
  readonly #wire: StationWire;
  readonly #session: Session<State, OcppUp, OcppDown>;
  readonly #rpc: RpcEndpoint;
  readonly #liveness: Liveness;
  /** Calls of the station that the driver has not answered, by the number that it knows them by. */
  readonly #open: OpenCalls;
  /** The frame that was read last: the call that it brings is mostly handed over at once. */
  #last: Frame = NO_FRAME;
  #brakes: readonly Brake[] = NO_BRAKES;
  readonly #deviations: Deviations;
  #probes: readonly ((isAlive: boolean) => void)[] = [];
  #cancelWatch: () => void = () => undefined;
  #over = false;

  constructor(
    room: StationRoom & SessionRoom<State, OcppUp, OcppDown>,
    station: Station,
    wire: StationWire,
  ) {
    const { clock, limits, capture } = room;
    const { identity, answers } = station.memory;
    this.#room = room;
    this.#station = station;
    this.#wire = wire;
    this.address = station.address;
    this.#session = new Session(room, this, identity, capture.tapeOf(identity));
    this.#liveness = new Liveness(limits, station.memory, clock.monoMs());
    this.#open = new OpenCalls(limits.openCalls);
    this.#deviations = new Deviations(limits.deviations, (deviation) => {
      room.counts.deviations += 1;
      if (deviation !== null) this.#tell(deviation, NO_BYTES);
    });
    this.#rpc = rpcEndpoint({
      version: station.version,
      idPrefix: station.connectionId,
      limits: limits.rpc,
      ...(station.version === '1.6' ? {} : { answers }),
      // Itself, not objects made for it: there are ten thousand of them.
      port: this,
      owner: this,
    });
  }

  open(): void {
    const { version } = this.#station;
    this.#tell({ is: 'opened', version, address: this.address }, NO_BYTES);
    if (!this.#over) this.#watch();
  }

  received(text: string): void {
    if (this.#over) return;
    this.heard();
    const { counts, limits } = this.#room;
    counts.bytesIn += text.length;
    if (text.length > limits.frameBytes && !REPORT.test(text)) {
      this.#alarm('oversized-frame', `${text.length} characters`);
      this.close(CLOSE.tooBig, 'message too long');
      return;
    }
    this.#rpc.receive(text);
    // Ten thousand quiet stations would otherwise hold on to ten thousand frames.
    this.#last = NO_FRAME;
  }

  heard(): void {
    this.#liveness.heard(this.#room.clock.monoMs());
  }

  ponged(): void {
    this.#liveness.ponged(this.#room.clock.monoMs());
    this.#settleProbes(true);
  }

  probe(ms: number): Promise<boolean> {
    if (this.#over) return Promise.resolve(false);
    this.#wire.ping();
    return new Promise((resolve) => {
      this.#probes = [...this.#probes, resolve];
      this.#room.timers.after(ms, () => resolve(false));
    });
  }

  lost(): void {
    this.#end('closed', 'socket closed');
  }

  replace(): void {
    this.#room.counts.replaced += 1;
    this.#end('evicted', 'another connection of the station');
    this.#wire.close(CLOSE.policy, 'replaced by another connection');
  }

  send(text: string): boolean {
    return this.#wire.send(text);
  }

  pause(): void {
    this.#brake('rpc');
  }

  resume(): void {
    this.#unbrake('rpc');
  }

  after(ms: number, task: () => void): () => void {
    return this.#wire.after(ms, task);
  }

  monoMs(): number {
    return this.#wire.monoMs();
  }

  onCall(request: RpcRequest): void {
    this.#guarded(request.action, () => this.#onCall(request));
  }

  close(code: number, why: string): void {
    this.#end('closed', why);
    this.#wire.close(code, why);
  }

  transmit(message: OcppDown): void {
    if (this.#over) return;
    if (message.is === 'call') {
      this.#rpc.call(message, (outcome) =>
        this.#guarded(message.action, () => this.#onOutcome(message, outcome)),
      );
      return;
    }
    const request = this.#open.take(message.call);
    if (message.is === 'error') {
      request?.fail(message.code, message.description);
      return;
    }
    if (request?.action === 'BootNotification') this.#noteInterval(message.payload);
    request?.answer(message.payload);
  }

  hold(queue: EventQueue): void {
    if (this.#over || this.#brakes.includes(queue)) return;
    this.#room.counts.pauses += 1;
    this.#brake(queue);
    queue.whenShort(() => this.#unbrake(queue));
  }

  release(_pileNo: string, why: string): void {
    this.close(CLOSE.normal, why);
  }

  #brake(who: Brake): void {
    if (this.#over || this.#brakes.includes(who)) return;
    this.#brakes = [...this.#brakes, who];
    if (this.#brakes.length === 1) this.#wire.pause();
  }

  #unbrake(who: Brake): void {
    if (!this.#brakes.includes(who)) return;
    this.#brakes = this.#brakes.filter((brake) => brake !== who);
    if (this.#brakes.length > 0 || this.#over) return;
    // Nobody listened meanwhile: that was no silence of the station.
    this.heard();
    this.#wire.resume();
  }

  onFrame(direction: 'in' | 'out', text: string): void {
    const { counts, clock } = this.#room;
    const isUp = direction === 'in';
    const bytes = isUp ? bytesIn(text) : bytesOut(text);
    if (isUp) {
      counts.framesIn += 1;
      this.#last = { text, bytes };
    } else {
      counts.framesOut += 1;
      counts.bytesOut += bytes.length;
    }
    const shown = redacted(text);
    this.#session.tape.keep(clock.nowMs(), isUp, shown === text ? bytes : bytesIn(shown));
  }

  #onCall(request: RpcRequest): void {
    const { action, text } = request;
    this.#room.counts.calls += 1;
    const payload = this.#read(action, request.payload);
    if (payload.ok) {
      const call = this.#open.keep(request);
      this.#tell({ is: 'call', call, action, payload: payload.payload }, this.#bytesOf(text));
    } else {
      // Who is not served learns nothing of what is wrong with his message (2.x B01.FR.10).
      const isServed = this.#session.admitted || action === 'BootNotification';
      if (isServed) request.fail(payload.code, payload.description);
      else request.fail('SecurityError', 'no boot was accepted');
    }
  }

  onSend({ action, payload, text }: RpcNotice): void {
    this.#guarded(action, () => {
      const reading = this.#read(action, payload);
      if (!reading.ok) return;
      this.#tell({ is: 'send', action, payload: reading.payload }, this.#bytesOf(text));
    });
  }

  #read(action: string, payload: Payload) {
    const { version, mode } = this.#station;
    const reading = readRequest(version, action, payload, mode);
    if (reading.ok) this.#deviations.mended(action, reading.deviations);
    else this.#deviations.refused(action, reading.description);
    return reading;
  }

  #onOutcome(message: Extract<OcppDown, { is: 'call' }>, outcome: CallOutcome): void {
    const { tag, action } = message;
    if (outcome.is === 'result') {
      this.#onResult(message, outcome.id, outcome.payload, false);
    } else if (outcome.is === 'error') {
      const { code, description } = outcome;
      this.#tell({ is: 'failed', tag, action, why: 'error', code, description }, NO_BYTES);
    } else {
      const why = outcome.is === 'stale' ? 'timeout' : outcome.is;
      this.#tell({ is: 'failed', tag, action, why, code: '', description: '' }, NO_BYTES);
    }
  }

  onLate({ call, outcome }: LateAnswer): void {
    // What failed late has failed before: the driver was told of the time-out.
    if (outcome.is !== 'result') return;
    this.#guarded(call.action, () => this.#onResult(call, outcome.id, outcome.payload, true));
  }

  #onResult(
    { tag, action }: { readonly tag: string; readonly action: string },
    id: string,
    payload: Payload,
    late: boolean,
  ): void {
    const { version, mode } = this.#station;
    const reading = readResponse(version, action, payload, mode);
    if (reading.ok) {
      this.#deviations.mended(action, reading.deviations);
      this.#tell({ is: 'result', tag, action, payload: reading.payload, late }, NO_BYTES);
      return;
    }
    const { code, description } = reading;
    this.#deviations.refused(action, description);
    this.#rpc.refuseResult(id, code, description);
    if (!late) this.#tell({ is: 'failed', tag, action, why: 'error', code, description }, NO_BYTES);
  }

  onDeviation(kind: RpcDeviation, detail: string): void {
    const { log, counts } = this.#room;
    if (kind === 'unanswered') {
      log.warn({ pile: this.#session.pileNo, what: detail }, 'call-not-answered');
      return;
    }
    if (kind === 'bad-frame') counts.badFrames += 1;
    if (this.#deviations.onWire(kind, detail) && kind === 'flood') this.#alarm('flood', detail);
  }

  onBroken(why: RpcBreak): void {
    const { counts } = this.#room;
    const code = BREAKS[why];
    if (code !== null) this.#alarm(code, why);
    if (why === 'garbage') counts.endedForBadFrames += 1;
    if (why === 'stuck') {
      // It does not read: a goodbye would only wait behind the rest.
      counts.dropped += 1;
      this.#end('closed', why);
      this.#wire.terminate();
      return;
    }
    this.close(CLOSE.policy, why);
  }

  #tell(message: OcppUp, raw: Uint8Array): void {
    this.#session.receive(message, raw, this.#room.clock.nowMs());
  }

  /** The bytes of a call; one that waited behind others is not the last frame any more. */
  #bytesOf(text: string): Uint8Array {
    return this.#last.text === text ? this.#last.bytes : bytesIn(text);
  }

  /** 1.6 §4.2, 2.x B01: the interval of heartbeats, in seconds. */
  #noteInterval(answer: object): void {
    if (!('interval' in answer) || typeof answer.interval !== 'number') return;
    if (answer.interval > 0) this.#station.memory.heartbeatMs = answer.interval * 1_000;
  }

  /** A bug of ours met a message: it is lost, the station and the process go on. */
  #guarded(action: string, task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#room.counts.errors += 1;
      this.#room.log.error({ pile: this.#session.pileNo, action, err: error }, 'ocpp-failed');
    }
  }

  #alarm(code: SecurityCode, detail: string): void {
    this.#room.report({ code, pileNo: this.#session.pileNo, address: this.address, detail });
  }

  #watch = (): void => {
    const { clock, timers, counts } = this.#room;
    const now = clock.monoMs();
    if (this.#brakes.length > 0) this.#liveness.heard(now);
    const look = this.#liveness.look(now);
    if (look.do === 'end') {
      counts.endedSilent += 1;
      this.#end('silent', 'silent');
      this.#wire.terminate();
      return;
    }
    if (look.do === 'ping') this.#wire.ping();
    this.#cancelWatch = timers.after(look.ms, this.#watch);
  };

  #settleProbes(isAlive: boolean): void {
    for (const settle of this.#probes) settle(isAlive);
    this.#probes = [];
  }

  #end(lost: LostWhy, why: string): void {
    if (this.#over) return;
    this.#over = true;
    const { log } = this.#room;
    const { memory, connectionId } = this.#station;
    this.#cancelWatch();
    this.#brakes = NO_BRAKES;
    this.#settleProbes(false);
    // First, so that the driver hears of each call of its own that nobody answers any more.
    this.#rpc.closed();
    this.#session.end(lost);
    this.#open.clear();
    if (memory.line === this) memory.line = null;
    const { identity: pile } = memory;
    log.info({ pile, address: this.address, connection: connectionId, why }, 'connection-ended');
  }
}
