import { describe, expect, test } from 'vitest';
import type { Frame } from '../kernel/frame.ts';
import { FRAME_BYTES_MAX } from './codec.ts';
import { frames } from './frames.ts';
import { reference } from './vectors/vectors.ts';

const table: Readonly<Record<string, Frame>> = frames;
/** Widths of an item of the last field, where its length is open. */
const widthOf = (row: Frame, name: string): number | undefined => {
  const field = row.body[name];
  if (field?.domain.kind !== 'list') return field?.bytes ?? 1;
  return Object.values(field.domain.item).reduce((sum, { bytes }) => sum + bytes, 0);
};

describe('the frame table', () => {
  test.each(reference)(
    '%s has the name, fields, widths and direction of the reference',
    (type, want) => {
      const row = table[want.name];
      expect(row).toBeDefined();
      if (row === undefined) return;
      expect(row.code).toBe(Number(type));
      expect(row.from).toBe(want.direction === 'P→S' ? 'pile' : 'hub');
      expect(Object.keys(row.body)).toEqual(want.fields.map(({ id }) => id));
      for (const { id, len, repeatUnit } of want.fields) {
        expect({ id, bytes: row.body[id]?.bytes }).toEqual({ id, bytes: len });
        if (len === null) expect(widthOf(row, id)).toBe(repeatUnit);
      }
      const fixed = Object.values(row.body).map(({ bytes }) => bytes);
      const total = fixed.includes(null)
        ? null
        : fixed.reduce((sum: number, n) => sum + (n ?? 0), 0);
      expect(total).toBe(want.bodyLength);
    },
  );

  test('has nothing that the reference has not, but the orders before V1.5', () => {
    const named = new Set(reference.map(([, { name }]) => name));
    const more = Object.keys(frames).filter((name) => !named.has(name));
    expect(more).toEqual(['orderV12', 'orderV14']);
  });

  test('gives each type byte to one frame', () => {
    const codes = Object.values(table).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test('odd types come from the pile, even ones from the hub', () => {
    for (const { code, from } of Object.values(table)) {
      expect({ code, from }).toEqual({ code, from: code % 2 === 1 ? 'pile' : 'hub' });
    }
  });

  test.each(Object.entries(table))('%s has its open field last and fits a frame', (_name, row) => {
    const widths = Object.values(row.body).map(({ bytes }) => bytes);
    expect(widths.slice(0, -1)).not.toContain(null);
    const total = widths.reduce((sum: number, n) => sum + (n ?? 0), 0);
    expect(total + 8).toBeLessThanOrEqual(FRAME_BYTES_MAX);
  });

  test.each(Object.entries(table))('%s leaves out only fields that it has', (_name, row) => {
    for (const absent of row.lacks ?? []) {
      for (const name of absent) expect(Object.keys(row.body)).toContain(name);
    }
  });

  test.each(Object.entries(table))('%s names each code of a choice once', (_name, row) => {
    for (const { domain } of Object.values(row.body)) {
      if (domain.kind !== 'choice') continue;
      const codes = domain.choices.map(({ code }) => code);
      expect(new Set(codes).size).toBe(codes.length);
    }
  });
});
