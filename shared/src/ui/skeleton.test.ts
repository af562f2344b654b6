import { expect, test } from 'vitest';
import { skeletonOf } from './skeleton.ts';

test('what a schema asks for, and nothing else', () => {
  const schema = {
    type: 'object',
    required: ['id', 'kind', 'list'],
    properties: {
      id: { type: 'integer' },
      kind: { type: 'string', enum: ['Soft', 'Hard'] },
      list: { type: 'array', items: { type: 'string' } },
      more: { type: 'string' },
    },
  };
  expect(skeletonOf(schema)).toEqual({ id: 0, kind: 'Soft', list: [''] });
  expect(skeletonOf({ type: 'object' })).toEqual({});
  expect(skeletonOf(undefined)).toBeNull();
});
