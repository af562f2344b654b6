import { hexOf, putHex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import type { Field, Rest } from './field.ts';
import { putText, textOf } from './field-text.ts';
import { type Fields, type Shape, widthOf } from './frame.ts';

/**
 * As many items as `countedBy` says and the body holds; with `null`, as many as fit. A count that
 * lies is kept as it is, and what the list does not take goes to `extra`.
 */
export function repeat<const S extends Shape>(
  zh: string,
  item: S,
  countedBy: string | null = null,
): Rest<readonly Fields<S>[]> {
  const width = widthOf(item);
  const entries = Object.entries(item);
  return {
    zh,
    wire: `N×${width}`,
    bytes: null,
    domain: { kind: 'list', item, countedBy },
    taken(before, room) {
      const fit = Math.floor(room / width);
      return (countedBy === null ? fit : Math.min(fit, Number(before[countedBy]))) * width;
    },
    sizeOf: (items) => items.length * width,
    read(b, at, length) {
      const items: Fields<S>[] = [];
      for (let from = at; from < at + length; from += width) {
        let next = from;
        const one: Record<string, unknown> = {};
        for (const [name, field] of entries) {
          one[name] = field.read(b, next);
          next += field.bytes;
        }
        items.push(one as Fields<S>);
      }
      return items;
    },
    write(b, at, items) {
      let next = at;
      for (const one of items) {
        for (const [name, field] of entries) {
          field.write(b, next, one[name as keyof S]);
          next += field.bytes;
        }
      }
    },
  };
}

/** A table of exactly `count` items, in the middle of a body. */
export function table<const S extends Shape>(
  zh: string,
  item: S,
  count: number,
  note?: string,
): Field<readonly Fields<S>[]> {
  const rows = repeat(zh, item);
  const bytes = count * widthOf(item);
  return {
    zh,
    wire: `${count}×${widthOf(item)}`,
    bytes,
    domain: rows.domain,
    ...(note !== undefined && { note }),
    read: (b, at) => rows.read(b, at, bytes),
    write(b, at, value) {
      if (value.length !== count) throw new ProtocolError('bad-value', `not ${count} items`);
      rows.write(b, at, value);
    },
  };
}

/** Text as long as the field `countedBy` says, or as the body has. */
export function countedAscii(zh: string, countedBy: string): Rest<string> {
  return {
    zh,
    wire: 'ASCII N',
    bytes: null,
    domain: { kind: 'counted-text', countedBy },
    taken: (before, room) => Math.min(room, Number(before[countedBy])),
    sizeOf: (text) => text.length,
    read: textOf,
    write: (b, at, text) => putText(b, at, text.length, text),
  };
}

/** Whatever follows, as hex: for frames whose layout nobody has published. */
export function restHex(zh: string, note?: string): Rest<string> {
  return {
    zh,
    wire: 'raw N',
    bytes: null,
    domain: { kind: 'rest' },
    ...(note !== undefined && { note }),
    taken: (_before, room) => room,
    sizeOf: (text) => text.length / 2,
    read: hexOf,
    write: (b, at, text) => putHex(b, at, text.length / 2, text),
  };
}
