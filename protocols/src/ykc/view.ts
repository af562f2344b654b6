import type { Frame } from '../kernel/frame.ts';
import { type Json, type Shown, showBody } from '../kernel/show.ts';
import type { YkcMessage } from './codec.ts';
import { codecFor, type Dialect, qrAccepted } from './dialects.ts';
import { overlayOf } from './overlay.ts';
import { faultsOf, stopReasonOf } from './reasons.ts';
import { vinOf } from './vin.ts';

/** A message for a technician and for other programs: names and numbers, nothing of our types. */
export interface YkcView {
  /** `0x13` */
  readonly type: string;
  readonly name: string;
  /** The two sequence bytes as they were sent. */
  readonly seq: string;
  readonly body: Readonly<Record<string, Json>>;
  readonly meaning: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

type Values = Readonly<Record<string, unknown>>;

/** `0x3B` */
export const typeText = (code: number): string =>
  `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;

const NOT_READ = {
  'unknown-type':
    'this type is not in the protocol; log it, do not answer it 协议中没有此帧类型，记录即可',
  encrypted: 'the body is encrypted and is not read 消息体已加密，未解析',
  'short-body': 'the body is shorter than its table 消息体短于协议规定',
} as const;

const RATE_NAMES = ['尖', '峰', '平', '谷'];
const SLOT_MINUTES = 30;

const clockOf = (slot: number): string => {
  const minutes = slot * SLOT_MINUTES;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
};

/** `00:00–08:00 谷, 08:00–24:00 平` */
function slotsText(slots: readonly number[]): string {
  const runs: string[] = [];
  let from = 0;
  for (const [i, kind] of slots.entries()) {
    if (slots[i + 1] === kind) continue;
    runs.push(`${clockOf(from)}–${clockOf(i + 1)} ${RATE_NAMES[kind] ?? kind}`);
    from = i + 1;
  }
  return runs.join(', ');
}

/** What some fields say depends on the dialect, or on more than the field. */
function dialectMeanings(dialect: Dialect, body: Values, name: string): Record<string, string> {
  const { faultBits, stopReason, slots, result } = body;
  const faults =
    typeof faultBits === 'number'
      ? faultsOf(faultBits, dialect.faultBitBase, dialect.faults)
      : ([] as const);
  const stop =
    typeof stopReason === 'number' ? stopReasonOf(stopReason, dialect.stopReasons) : undefined;
  const accepted =
    name === 'qrPrefixAck' && typeof result === 'number' && qrAccepted(dialect, result);
  return {
    ...(faults.length > 0 && { faultBits: faults.map(({ id, zh }) => `${id} ${zh}`).join(', ') }),
    ...(stop && { stopReason: `${stop.class}: ${stop.en} ${stop.zh}` }),
    ...(Array.isArray(slots) && { slots: slotsText(slots) }),
    ...(name === 'qrPrefixAck' && { result: accepted ? 'ok 成功' : 'failed 失败' }),
  };
}

/** Turns the VIN round when the pile began with the other end than its frame says. */
function withVin(shown: Shown): Shown {
  const { vin } = shown.body;
  const read = typeof vin === 'string' ? vinOf(vin) : null;
  if (read === null || read === vin) return shown;
  const note = 'vin: sent in the other byte order than the text says 字节序与协议相反，已纠正';
  return { ...shown, body: { ...shown.body, vin: read }, notes: [...shown.notes, note] };
}

/** Makes the view of a dialect's messages. The dialect's own frames are shown with its own fields. */
export function viewer(dialect: Dialect): (message: YkcMessage) => YkcView {
  const { table } = codecFor(dialect);
  const overlay = overlayOf(dialect.frames);
  const shownBy = (row: Frame, name: string, seq: string, values: Values): YkcView => {
    const { body, meaning, notes } = withVin(showBody(row.body, values));
    const said = { ...meaning, ...dialectMeanings(dialect, values, name) };
    return { type: typeText(row.code), name, seq, body, meaning: said, notes };
  };
  return (message) => {
    const own = overlay.read(message);
    const ownRow = own && dialect.frames[own.name];
    if (own && ownRow) return shownBy(ownRow, own.name, own.seq, own.body);
    const { name, seq, body } = message;
    if (name !== 'unknown') return shownBy(table[name], name, seq, body);
    const notes = [NOT_READ[message.why]];
    return { type: typeText(message.code), name, seq, body: { ...body }, meaning: {}, notes };
  };
}
