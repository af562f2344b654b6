import { bodyCodec } from '../kernel/body.ts';
import { hexOf } from '../kernel/bytes.ts';
import { ProtocolError } from '../kernel/errors.ts';
import type { FrameTable, Message, UnknownMessage } from '../kernel/frame.ts';
import { BODY_AT, CHECKSUM_BYTES, type YkcMessage, ykc } from './codec.ts';

/**
 * The frames that a dialect has besides the standard ones, or lays out with other fields. A standard
 * message holds every byte of its frame, so it can be read again by the dialect's table.
 */
export interface Overlay<T extends FrameTable> {
  readonly table: T;
  /** The message as the dialect lays it out; `undefined` when the dialect says nothing about it. */
  readonly read: (message: YkcMessage) => Message<T> | undefined;
  /** A message of the dialect, ready to be sent with the standard codec. */
  readonly write: (message: Message<T>) => UnknownMessage;
}

export function overlayOf<T extends FrameTable>(table: T): Overlay<T> {
  const rows = Object.entries(table).map(([name, row]) => ({
    name,
    code: row.code,
    body: bodyCodec(row),
  }));
  return {
    table,
    read(message) {
      if (message.name === 'unknown' && message.why === 'encrypted') return undefined;
      const b = ykc.encode(message);
      const row = rows.find(({ code }) => code === b[5]);
      const body = row?.body.read(b, BODY_AT, b.length - CHECKSUM_BYTES);
      if (row === undefined || body === undefined) return undefined;
      return { name: row.name, seq: message.seq, body } as Message<T>;
    },
    write({ name, seq, body }) {
      const row = rows.find((one) => one.name === name);
      if (row === undefined) throw new ProtocolError('bad-value', `no frame is named ${name}`);
      const bytes = new Uint8Array(row.body.sizeOf(body));
      row.body.write(bytes, 0, body);
      return {
        name: 'unknown',
        seq,
        why: 'unknown-type',
        code: row.code,
        encryption: 0,
        body: { raw: hexOf(bytes) },
      };
    },
  };
}
