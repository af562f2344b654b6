import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { fieldRows, lacksText, lengthText } from '@holdfast/protocols/kernel/doc';
import type { Frame, FrameTable } from '@holdfast/protocols/kernel/frame';
import {
  type CrcOrder,
  crcOrderOf,
  frameSizeAt,
  START,
  type YkcMessage,
} from '@holdfast/protocols/ykc/codec';
import {
  codecFor,
  DIALECTS,
  type Dialect,
  dialectOf,
  STANDARD,
} from '@holdfast/protocols/ykc/dialects';
import { typeText, viewer } from '@holdfast/protocols/ykc/view';
import { HEX, hexReader } from './hex-input.ts';
import type { Choice, FrameProtocol, Reading } from './protocol.ts';
import { type Refusal, refusalAt } from './ykc-refusal.ts';

/** The frame types of a dialect, its own ones in place of those that they replace. */
function tableOf(dialect: Dialect): FrameTable {
  const codes = new Set(Object.values(dialect.frames).map(({ code }) => code));
  const standard: FrameTable = codecFor(dialect).table;
  const kept = Object.entries(standard).filter(([, { code }]) => !codes.has(code));
  return { ...Object.fromEntries(kept), ...dialect.frames };
}

const nameOf = (table: FrameTable, code: number): string | undefined =>
  Object.entries(table).find(([, row]) => row.code === code)?.[0];

function refused(b: Uint8Array, at: number, refusal: Refusal, table: FrameTable): Reading {
  const { error, bytes, facts, hint } = refusal;
  const code = b[at] === START && bytes > 5 ? b[at + 5] : undefined;
  const name = code === undefined ? undefined : nameOf(table, code);
  return {
    ok: false,
    error,
    ...(code !== undefined && { type: typeText(code) }),
    ...(name !== undefined && { name }),
    ...facts,
    at,
    hex: hexOf(b, at, bytes),
    hint,
  };
}

/** A body too short for its table: framed well, but nobody can say what it holds. */
function tooShort(message: Extract<YkcMessage, { name: 'unknown' }>, table: FrameTable): Reading {
  const name = nameOf(table, message.code) ?? '';
  const row = table[name];
  const { raw } = message.body;
  return {
    ok: false,
    error: 'bad-length',
    type: typeText(message.code),
    name,
    seq: message.seq,
    expected: row === undefined ? '' : lengthText(row),
    found: `${raw.length / 2} bytes`,
    body: { raw },
    hint: 'the checksum is right, but the body is shorter than its table 校验正确，但消息体过短',
  };
}

/** A good frame: its message as the dialect shows it. */
function shown(message: YkcMessage, crc: CrcOrder, view: ReturnType<typeof viewer>): Reading {
  const { type, name, seq, body, meaning, notes } = view(message);
  const encrypted = message.name === 'unknown' && message.encryption > 0;
  return {
    ok: true,
    type,
    name,
    seq,
    crc,
    ...(encrypted && { encryption: message.encryption }),
    body,
    ...(Object.keys(meaning).length > 0 && { meaning }),
    ...(notes.length > 0 && { notes }),
  };
}

/** Reads bytes from their first to their last; what cannot be read becomes an error and is skipped. */
function readerOf(dialect: Dialect): (bytes: Uint8Array) => readonly Reading[] {
  const { codec } = codecFor(dialect);
  const view = viewer(dialect);
  const table = tableOf(dialect);
  const readAt = (b: Uint8Array, at: number, size: number): Reading => {
    const message = codec.read(b.subarray(at, at + size));
    if (message.name === 'unknown' && message.why === 'short-body') return tooShort(message, table);
    return shown(message, crcOrderOf(b, at, size) === 'BE' ? 'BE' : 'LE', view);
  };
  return (b) => {
    const readings: Reading[] = [];
    for (let at = 0; at < b.length; ) {
      const refusal = refusalAt(b, at);
      const bytes = refusal?.bytes ?? frameSizeAt(b, at);
      readings.push(refusal === undefined ? readAt(b, at, bytes) : refused(b, at, refusal, table));
      at += bytes;
    }
    return readings;
  };
}

const arrow = (row: Frame): string =>
  row.from === 'pile' ? '桩→平台 pile→hub' : '平台→桩 hub→pile';

function describeRow(name: string, row: Frame): string {
  const lines = [
    `${typeText(row.code)} ${name}  ${row.title}`,
    `${arrow(row)}, ${row.spec}, ${lengthText(row)}`,
    ...[row.note ?? '', ...lacksText(row)].filter((line) => line !== ''),
    '',
    ...fieldRows(row.body).map(({ at, bytes, name: id, zh, wire, values }) => {
      const place = `${at}`.padStart(4);
      return `${place}  ${`${bytes ?? 'N'}`.padStart(3)}  ${id.padEnd(20)} ${zh}  [${wire}]  ${values}`;
    }),
  ];
  return lines.join('\n');
}

function listOf(table: FrameTable): string {
  return Object.entries(table)
    .toSorted(([, a], [, b]) => a.code - b.code)
    .map(([name, row]) => `${typeText(row.code)}  ${arrow(row)}  ${name.padEnd(23)} ${row.title}`)
    .join('\n');
}

function describe(type: string, table: FrameTable): string | undefined {
  const code = /^(0x)?[0-9a-f]{1,2}$/i.test(type)
    ? Number.parseInt(type.replace(/^0x/i, ''), 16)
    : -1;
  const found = Object.entries(table).find(([name, row]) => row.code === code || name === type);
  return found && describeRow(...found);
}

const choiceOf = ({ id, zh, en }: Dialect): Choice => ({ id, text: `${zh}: ${en}` });
const isStandard = ({ id }: Dialect): boolean => id === STANDARD.id;

export const ykcFrames: FrameProtocol = {
  name: 'ykc',
  title: '云快充 V1.5–V1.7',
  written: HEX.written,
  examples: [
    'ykc 680C000000025503141278230500DA4C',
    'ykc 68 0C 00 00 00 02 55 03 14 12 78 23 05 00 DA 4C',
    'ykc --pretty < capture.txt',
    'ykc --type 0x3B',
  ],
  notes: [
    ...HEX.notes,
    'Codes are printed as numbers, what they say stands under "meaning"; quantities are exact decimals',
    'in V, A, kWh, yuan and °C, null where the pile does not report one; times are UTC+8.',
    '代码按数值输出，含义见 "meaning"；数量为精确小数（V、A、kWh、元、°C），未上报为 null；时间为东八区。',
  ],
  aType: '0x13, 13 or realtime',
  dialects: [choiceOf(STANDARD), ...DIALECTS.filter((one) => !isStandard(one)).map(choiceOf)],
  open(id) {
    const dialect = dialectOf(id) ?? STANDARD;
    return {
      ...hexReader({
        read: readerOf(dialect),
        isWhole: (b) => b[0] === START && b.length > 1 && b.length >= frameSizeAt(b, 0),
      }),
      list: () => listOf(tableOf(dialect)),
      describe: (type) => describe(type, tableOf(dialect)),
    };
  },
};
