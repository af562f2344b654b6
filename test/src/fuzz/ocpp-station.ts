import { Capture } from '@holdfast/edge-agent/piles/capture';
import { silentLog } from '@holdfast/edge-agent/piles/log';
import { ocppDrivers } from '@holdfast/edge-agent/piles/ocpp/drivers';
import { noCalls, STATION_LIMITS } from '@holdfast/edge-agent/piles/ocpp/limits';
import type {
  OpenStation,
  Station,
  StationConnection,
  StationRoom,
  StationWire,
} from '@holdfast/edge-agent/piles/ocpp/station';
import { Stations } from '@holdfast/edge-agent/piles/ocpp/stations';
import { Registry } from '@holdfast/edge-agent/piles/registry';
import type { PileLink, Site } from '@holdfast/edge-agent/ports/site';
import { OCPP_VERSIONS, type OcppVersion } from '@holdfast/protocols/ocpp/version';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import { handClock } from './hand-clock.ts';
import { type Asked, madFrame, randomFor } from './ocpp-frames.ts';
import type { FuzzOptions, FuzzReport } from './ykc-frames.ts';

/** A connection lives for so many cases; then the next version's begins. */
const CASES_PER_CONNECTION = 2_000;
/** Turns of the promise queue in which a call is answered, whatever stood before it. */
const TURNS_MAX = 200;
/** A call that the driver leaves alone on purpose is waited for so long. */
const UNANSWERED_MS = 31_000;
const NOTES_MAX = 64;
const IDENTITY = 'MAD1';
/** Nothing is slowed down: it is to be read. */
const WIDE = 1e12;
/** Time that a case takes. */
const CASE_MS = 10;
const STRICT_ONE_IN = 5;
const FAILURES_SHOWN = 5;

type Drivers = Readonly<Record<OcppVersion, OpenStation>>;

/** A site that stores everything at once, and says so. */
function quickSite(): Site {
  const notes = new Map<string, unknown>();
  let charges = 1_000;
  const answer = (link: PileLink, event: PileEvent): void => {
    if (event.type === 'CardChecked') {
      const { request } = event;
      link.send({ do: 'answerCard', request, refusal: null, group: null, expiresAtMs: null });
    } else if (event.type === 'ChargeBegan') {
      const { connectorNo, request } = event;
      charges += 1;
      const tradeNo = event.tradeNo ?? `${charges}`.padStart(32, '0');
      const stored = { connectorNo, request, tradeNo, refusal: null, group: null } as const;
      link.send({ do: 'chargeStored', ...stored, charge: { ...event.charge, no: charges } });
    } else if (event.type === 'RecordUploaded') {
      const { record, request } = event;
      const about = request === undefined ? {} : { request };
      link.send({ do: 'recordStored', tradeNo: record.tradeNo, ...about });
    } else if (event.type === 'Noted' && notes.size < NOTES_MAX) {
      notes.set(event.key, event.value);
    }
  };
  return {
    pile: (pileNo) => ({ pileNo, adopted: true, dialect: undefined }),
    tariffFor: () => undefined,
    openCharges: () => [],
    notes: () => notes,
    onPileEvent: async (link, event) => answer(link, event),
  };
}

/** A mad OCPP station on a connection with the real drivers, but without a socket and without time. */
export class MadStation {
  readonly #seed: number;
  readonly #drivers: Drivers;
  readonly #time = handClock();
  readonly #memory = new Stations().memoryOf(IDENTITY);
  readonly #counts = noCalls();
  readonly #room: StationRoom;
  readonly #answered = new Set<string>();
  #version: OcppVersion = '1.6';
  #line: StationConnection | undefined;
  /** The newest call that it was asked. */
  #asked: Asked | undefined;
  #bytes = 0;

  private constructor(seed: number, drivers: Drivers) {
    const site = quickSite();
    const { clock, timers } = this.#time;
    this.#seed = seed;
    this.#drivers = drivers;
    this.#room = {
      site,
      registry: new Registry(site),
      capture: new Capture(),
      clock,
      timers,
      limits: { ...STATION_LIMITS, rpc: { ...STATION_LIMITS.rpc, messagesAtOnce: WIDE } },
      counts: this.#counts,
      log: silentLog,
      report: () => undefined,
    };
  }

  static async open(seed: number): Promise<MadStation> {
    return new MadStation(seed, await ocppDrivers());
  }

  counts() {
    const { framesIn: frames, badFrames: unknown } = this.#counts;
    return { bytes: this.#bytes, frames, unknown };
  }

  /** One mad frame, then a sound call; tells what is wrong with how they were taken. */
  async run(index: number): Promise<string | undefined> {
    if (index % CASES_PER_CONNECTION === 0 || this.#memory.line === null) this.#connect(index);
    const { errors } = this.#counts;
    const text = madFrame(randomFor(this.#seed, index), this.#version, index, this.#asked);
    this.#bytes += text.length;
    this.#line?.received(text);
    const id = `good${index}`;
    this.#line?.received(`[2,"${id}","Heartbeat",{}]`);
    if (!(await this.#isAnswered(id))) this.#time.pass(UNANSWERED_MS);
    const isAnswered = await this.#isAnswered(id);
    this.#answered.clear();
    this.#time.pass(CASE_MS);
    const what = `${this.#version} ${text}`;
    if (this.#counts.errors > errors) return `a bug of ours met ${what}`;
    return isAnswered ? undefined : `the sound call after ${what} was not answered`;
  }

  #connect(index: number): void {
    const turn = Math.floor(index / CASES_PER_CONNECTION);
    const version = OCPP_VERSIONS[turn % OCPP_VERSIONS.length] ?? '1.6';
    const mode = turn % STRICT_ONE_IN === STRICT_ONE_IN - 1 ? 'strict' : 'tolerant';
    const { timers, clock } = this.#time;
    const wire: StationWire = {
      send: (text) => this.#hear(text),
      close: () => undefined,
      terminate: () => undefined,
      ping: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      after: timers.after,
      monoMs: clock.monoMs,
    };
    const address = '10.0.0.1';
    const station: Station = {
      version,
      mode,
      address,
      connectionId: `${index}.`,
      memory: this.#memory,
    };
    this.#line?.lost();
    this.#version = version;
    this.#asked = undefined;
    const line = this.#drivers[version](this.#room, station, wire);
    this.#line = line;
    this.#memory.line = line;
    line.open();
  }

  #hear(text: string): boolean {
    const [type, id, action]: readonly unknown[] = JSON.parse(text);
    if (type === 2) this.#asked = { id: String(id), action: String(action) };
    else if (type === 3) this.#answered.add(String(id));
    return true;
  }

  async #isAnswered(id: string): Promise<boolean> {
    for (let turn = 0; turn < TURNS_MAX && !this.#answered.has(id); turn += 1) await undefined;
    return this.#answered.has(id);
  }
}

/** Runs the cases. `heapBytes` reads the heap after a collection, where that can be had. */
export async function fuzzOcpp(
  { count, seed, from }: FuzzOptions,
  heapBytes?: () => number,
): Promise<FuzzReport> {
  const station = await MadStation.open(seed);
  const failures: string[] = [];
  // By then the validators of hundreds of messages are compiled.
  const warm = Math.floor(count / 2);
  let before: number | null = null;
  for (let i = 0; i < count && failures.length < FAILURES_SHOWN; i += 1) {
    if (i === warm) before = heapBytes?.() ?? null;
    const fault = await station.run(from + i).catch(thrown);
    if (fault !== undefined) failures.push(`case ${from + i}: ${fault}`);
  }
  const after = heapBytes?.() ?? null;
  const heapGrowthBytes = before === null || after === null ? null : after - before;
  return { cases: count, ...station.counts(), failures, heapGrowthBytes };
}

const thrown = (error: unknown): string =>
  `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
