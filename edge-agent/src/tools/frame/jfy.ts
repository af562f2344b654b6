import { decode, frameSizeAt, isSound, START } from '@holdfast/protocols/jfy/codec';
import { frames } from '@holdfast/protocols/jfy/frames';
import { PROFILE_0 } from '@holdfast/protocols/jfy/profile-0';
import { viewOf } from '@holdfast/protocols/jfy/view';
import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { fieldRows, lacksText, lengthText } from '@holdfast/protocols/kernel/doc';
import { ProtocolError } from '@holdfast/protocols/kernel/errors';
import type { Frame } from '@holdfast/protocols/kernel/frame';
import { HEX, hexReader } from './hex-input.ts';
import type { FrameProtocol, Reading } from './protocol.ts';

/** Two start bytes and the length. */
const HEAD_BYTES = 4;

/** Bytes of the sound frame at `at`; 0: none begins there. */
function soundAt(b: Uint8Array, at: number): number {
  if (b[at] !== START || b.length - at < HEAD_BYTES) return 0;
  const size = frameSizeAt(b, at);
  return size > 0 && size <= b.length - at && isSound(b, at, size) ? size : 0;
}

/** Where the next sound frame begins at or after `from`; the end where there is none. */
function nextSound(b: Uint8Array, from: number): number {
  let at = from;
  while (at < b.length && soundAt(b, at) === 0) at += 1;
  return at;
}

const HINTS: Readonly<Record<ProtocolError['code'], string>> = {
  'bad-start': 'a frame begins with AAF5 报文以 AAF5 开头',
  truncated:
    'the length asks for more: the end is missing, or the length is wrong 报文不完整或长度错误',
  'bad-length': 'the length is that of the whole frame 长度为整帧字节数',
  'bad-checksum': 'the sum of the bytes of command and body 校验和不符',
  'bad-value': 'a value does not fit 数值不合法',
};

/** What decoding says of bytes; `undefined`: they are a frame. */
function errorOf(bytes: Uint8Array): ProtocolError | undefined {
  try {
    decode(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

/** Bytes that are no frame, up to the next one. */
function refused(b: Uint8Array, at: number, until: number): Reading {
  const bytes = b.subarray(at, until);
  const { code, message } = errorOf(bytes) ?? { code: 'bad-length', message: '' };
  return { ok: false, error: code, at, hex: hexOf(bytes), hint: `${message}; ${HINTS[code]}` };
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
    const size = soundAt(b, at);
    const end = size > 0 ? at + size : nextSound(b, at + 1);
    readings.push(size > 0 ? shown(b.subarray(at, end)) : refused(b, at, end));
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
    .map(
      ([name, row]) =>
        `${`${row.code}`.padStart(3)}  ${arrow(row)}  ${name.padEnd(16)} ${row.title}`,
    )
    .join('\n');

function describeRow(name: string, row: Frame): string {
  return [
    `${row.code} ${name}  ${row.title}`,
    `${arrow(row)}, ${row.spec}, ${lengthText(row)}`,
    ...[row.note ?? '', ...lacksText(row)].filter((line) => line !== ''),
    '',
    ...fieldRows(row.body).map(
      ({ at, bytes, name: id, zh, wire, values }) =>
        `${`${at}`.padStart(4)}  ${`${bytes ?? 'N'}`.padStart(3)}  ${id.padEnd(18)} ${zh}  [${wire}]  ${values}`,
    ),
  ].join('\n');
}

/** Every row of a command, those of relatives too, or one by its name. */
function describe(type: string): string | undefined {
  const found = rows.filter(([name, row]) => `${row.code}` === type || name === type);
  return found.length === 0 ? undefined : found.map((row) => describeRow(...row)).join('\n\n');
}

export const jfyFrames: FrameProtocol = {
  name: 'jfy',
  title: `晶福源 ${PROFILE_0.id} (AAF5), unverified 未经验证`,
  written: HEX.written,
  examples: ['jfy AAF51900000605000000000001020000000104005500000062', 'jfy --type 104'],
  notes: [
    ...HEX.notes,
    'No document of this protocol is public: the profile is an assumption after the AAF5 family.',
    'Commands are decimal, as that family writes them. Times are UTC+8.',
    '此协议无公开文档，配置按 AAF5 同族协议推测。命令为十进制，时间为东八区。',
  ],
  aType: '104 or status',
  dialects: [{ id: PROFILE_0.id, text: 'the only profile, unverified 唯一配置，未经验证' }],
  open: () => ({
    ...hexReader({
      read: readAll,
      isWhole: (b) => b[0] === START && b.length >= HEAD_BYTES && b.length >= frameSizeAt(b, 0),
    }),
    list: listOf,
    describe,
  }),
};
