import type { RpcDeviation } from '@holdfast/protocols/ocpp/rpc/port';
import type { Deviation } from '@holdfast/protocols/ocpp/tolerant';
import type { OcppUp } from './messages.ts';

type WireDeviation = Exclude<RpcDeviation, 'unanswered'>;
type Deviated = Extract<OcppUp, { is: 'deviation' }>;

/** Rules that the RPC layer sees broken. */
const RULES: Readonly<Record<WireDeviation, string>> = {
  'bad-frame': 'OCPP-A14',
  'unknown-type': 'OCPP-B7',
  'odd-id': 'OCPP-B5',
  'odd-shape': 'OCPP-B8',
  'id-reused': 'OCPP-B4',
  repeated: 'OCPP-B4',
  pipelined: 'OCPP-B1',
  'unmatched-answer': 'OCPP-B3',
  flood: 'OCPP-A13',
  'result-refused': 'OCPP-B7',
};

const PAYLOAD_RULE = 'OCPP-B10';
const SEEN_CHARS = 80;

/**
 * How a station departs from the standard on one connection: every time counts, and each kind is told
 * once, for a station that is wrong in every message says nothing new.
 */
export class Deviations {
  readonly #max: number;
  readonly #tell: (deviation: Deviated | null) => void;
  /** Kinds that were told; most stations have none. */
  #told: Set<string> | null = null;

  /** `tell` gets `null` for what is only to be counted. */
  constructor(max: number, tell: (deviation: Deviated | null) => void) {
    this.#max = max;
    this.#tell = tell;
  }

  /** Below the payloads; `true` when it was the first of its kind. */
  onWire(kind: WireDeviation, detail: string): boolean {
    return this.#note(RULES[kind], '', kind, detail, 'tolerated');
  }

  /** What was mended in a payload. */
  mended(action: string, deviations: readonly Deviation[]): void {
    for (const { path, seen, repair, rule } of deviations) {
      this.#note(PAYLOAD_RULE, action, path, seen, `${rule}: ${repair}`);
    }
  }

  /** A payload that could not be taken. */
  refused(action: string, description: string): void {
    this.#note(PAYLOAD_RULE, action, '', description, 'refused');
  }

  #note(rule: string, action: string, path: string, seen: string, repair: string): boolean {
    const kind = `${rule} ${action} ${path.replace(/\d+/g, '#')} ${repair}`;
    this.#told ??= new Set();
    const isNew = !this.#told.has(kind) && this.#told.size < this.#max;
    if (isNew) this.#told.add(kind);
    const short = seen.slice(0, SEEN_CHARS);
    this.#tell(isNew ? { is: 'deviation', rule, action, path, seen: short, repair } : null);
    return isNew;
  }
}
