import { describe, expect, test } from 'vitest';
import { operationsOf } from './operations.ts';

describe('operations of a pile', () => {
  test.each(['1.6', '2.0.1', '2.1'])('OCPP %s: each has its schema', async (version) => {
    const operations = await operationsOf('ocpp', version);
    expect(operations?.protocol).toBe(`ocpp${version}`);
    const names = operations?.items.map(({ name }) => name) ?? [];
    expect(names).toContain('Reset');
    expect(names).toContain('SendLocalList');
    expect(operations?.items.filter(({ schema }) => schema === undefined)).toEqual([]);
  });

  test('a protocol without operations by name has none', async () => {
    expect(await operationsOf('ykc', '1.6')).toBeUndefined();
    expect(await operationsOf('ocpp', '1.5')).toBeUndefined();
  });
});
