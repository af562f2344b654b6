import { expect, test } from 'vitest';
import { NO_QUIRKS, QUIRK_ROWS, quirksOf } from './quirks.ts';

const makeOf = (vendor: string, model = '', firmware = '') => ({ vendor, model, firmware });

test('a make without a row has no quirks', () => {
  expect(quirksOf(makeOf('Example'))).toEqual(NO_QUIRKS);
});

test('[OCPP-D3] a station that restarts when its measurands are set is left alone', () => {
  expect(quirksOf(makeOf('ABB', 'Terra AC')).measurands).toBe('leave');
});

test('rows go by model and firmware too, and later ones over earlier ones', () => {
  expect(quirksOf(makeOf('Wallbox', 'Copper', '4.1'))).toMatchObject({ stackLevel: null });
  expect(quirksOf(makeOf('WALL-BOX', 'Pulsar Plus', '5.2.1'))).toMatchObject({
    stackLevel: 0,
    profileKind: 'Relative',
    inventsNumbers: true,
  });
});

test('every row has a name of its own and changes something', () => {
  expect(new Set(QUIRK_ROWS.map(({ id }) => id)).size).toBe(QUIRK_ROWS.length);
  for (const { set } of QUIRK_ROWS) expect(Object.keys(set)).not.toEqual([]);
});
