import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reserveFile } from './reserve.ts';

const MB = 1024 * 1024;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-reserve-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a reserve grows step by step, is given back whole, and grows again', () => {
  const path = join(folder, 'reserve.bin');
  const reserve = reserveFile(path, 9 * MB);
  expect(reserve.release()).toBe(false);
  const states = [0, 1, 2, 3].map(() => {
    reserve.grow();
    return reserve.state();
  });
  expect(states).toEqual(['growing', 'growing', 'whole', 'whole']);
  expect(statSync(path).size).toBe(9 * MB);
  expect(reserve.release()).toBe(true);
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  expect(reserve.state()).toBe('growing');
});

test('a reserve that would take the last room of the disk is not begun', () => {
  const path = join(folder, 'reserve.bin');
  const reserve = reserveFile(path, Number.MAX_SAFE_INTEGER / 4);
  expect(reserve.state()).toBe('no-room');
  reserve.grow();
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  expect(reserve.isNearEnd()).toBe(true);
  expect(reserveFile(path, 4).isNearEnd()).toBe(false);
});

test('a reserve that cannot be written does not throw', () => {
  const reserve = reserveFile(folder, MB * 1_000_000);
  expect(() => reserve.grow()).not.toThrow();
});
