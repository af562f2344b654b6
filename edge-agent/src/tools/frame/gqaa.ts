import {
  decode,
  FRAME_BYTES_MIN,
  frameSizeAt,
  isSound,
  START,
} from '@holdfast/protocols/gqaa/codec';
import { frames } from '@holdfast/protocols/gqaa/frames';
import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { typeText, viewOf } from '@holdfast/protocols/gqaa/view';
import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { fieldRows, lengthText } from '@holdfast/protocols/kernel/doc';
import { ProtocolError } from '@holdfast/protocols/kernel/errors';
import type { Frame } from '@holdfast/protocols/kernel/frame';
import { HEX, hexReader } from './hex-input.ts';
import type { FrameProtocol, Reading } from './protocol.ts';

const isSoundAt = (b: Uint8Array, at: number): boolean => {
  if (b[at] !== START || b.length - at < FRAME_BYTES_MIN) return false;
  const size = frameSizeAt(b, at);
  return size > 0 && size <= b.length - at && isSound(b, at, size);
};

/** Where the next sound frame begins at or after `from`; the end where there is none. */
function nextSound(b: Uint8Array, from: number): number {
  let at = from;
  while (at < b.length && !isSoundAt(b, at)) at += 1;
  return at;
}

const HINTS: Readonly<Record<ProtocolError['code'], string>> = {
  'bad-start': 'a frame begins with 68 报文以 68 开头',
  truncated:
    'the length asks for more: the end is missing, or the length is wrong 报文不完整或长度错误',
  'bad-length': 'the length counts what comes after it, the checksum too 长度为其后字节数，含校验',
  'bad-checksum': 'CRC-16/MODBUS from the length to the body, low byte first 校验码不符',
  'bad-value': 'a value does not fit 数值不合法',
};

/** Bytes that are no frame, up to the next one. */
function refused(b: Uint8Array, at: number, until: number): Reading {
  const bytes = b.subarray(at, until);
  try {
    decode(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const hint = `${error.message}; ${HINTS[error.code]}`;
    return { ok: false, error: error.code, at, hex: hexOf(bytes), hint };
  }
  return { ok: false, error: 'bad-length', at, hex: hexOf(bytes), hint: HINTS['bad-length'] };
}

function shown(b: Uint8Array): Reading {
  const { type, name, seq, body, meaning, notes } = viewOf(decode(b));
  return {
    ok: true,
    type,
    name,
    seq,
    body,
    ...(Object.keys(meaning).length > 0 && { meaning }),
    ...(notes.length > 0 && { notes }),
  };
}

/** Reads bytes from their first to their last; what cannot be read becomes an error and is skipped. */
function readAll(b: Uint8Array): readonly Reading[] {
  const readings: Reading[] = [];
  for (let at = 0; at < b.length; ) {
    const end = isSoundAt(b, at) ? at + frameSizeAt(b, at) : nextSound(b, at + 1);
    readings.push(isSoundAt(b, at) ? shown(b.subarray(at, end)) : refused(b, at, end));
    at = end;
  }
  return readings;
}

const rows: readonly (readonly [string, Frame])[] = Object.entries(frames);
const arrow = (row: Frame): string =>
  row.from === 'pile' ? '桩→平台 pile→hub' : '平台→桩 hub→pile';

const listOf = (): string =>
  rows
    .toSorted(([, a], [, b]) => a.code - b.code)
    .map(([name, row]) => `${typeText(row.code)}  ${arrow(row)}  ${name.padEnd(18)} ${row.title}`)
    .join('\n');

function describeRow(name: string, row: Frame): string {
  return [
    `${typeText(row.code)} ${name}  ${row.title}`,
    `${arrow(row)}, ${row.spec}, ${lengthText(row)} from the cause on`,
    ...(row.note === undefined ? [] : [row.note]),
    '',
    ...fieldRows(row.body).map(
      ({ at, bytes, name: id, zh, wire, values }) =>
        `${`${at}`.padStart(4)}  ${`${bytes ?? 'N'}`.padStart(3)}  ${id.padEnd(18)} ${zh}  [${wire}]  ${values}`,
    ),
  ].join('\n');
}

/** Both rows of a type, the question and its answer, or one by its name. */
function describe(type: string): string | undefined {
  const code = /^(0x)?[0-9a-f]{1,2}$/i.test(type)
    ? Number.parseInt(type.replace(/^0x/i, ''), 16)
    : -1;
  const found = rows.filter(([name, row]) => row.code === code || name === type);
  return found.length === 0 ? undefined : found.map((row) => describeRow(...row)).join('\n\n');
}

export const gqaaFrames: FrameProtocol = {
  name: 'gqaa',
  title: `广汽 ${PROFILE_0.id}, unverified 未经验证`,
  written: HEX.written,
  examples: ['gqaa 681700010010000301009900010000000100C068026B0500A2F8', 'gqaa --type 0x51'],
  notes: [
    ...HEX.notes,
    'No document of this protocol is public: the profile is an assumption. Times are UTC+8.',
    '此协议无公开文档，配置为推测。时间按东八区显示。',
  ],
  aType: '0x11, 11 or telemetry',
  dialects: [{ id: PROFILE_0.id, text: 'the only profile, unverified 唯一配置，未经验证' }],
  open: () => ({
    ...hexReader({
      read: readAll,
      isWhole: (b) => b[0] === START && b.length > 2 && b.length >= frameSizeAt(b, 0),
    }),
    list: listOf,
    describe,
  }),
};
