import type { Page } from '@holdfast/shared/api/resources';
import Type, { type Static } from 'typebox';

export const PAGE_MAX = 200;

/** `?limit=&after=`: `after` is the `next` of the page before. */
export const PageQuery = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: 50 }),
  after: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
});
export type PageQuery = Static<typeof PageQuery>;

/** A page of a listing that is whole in memory, in the order of its keys. */
export function pageOf<T>(
  items: readonly T[],
  { limit, after }: PageQuery,
  keyOf: (item: T) => string,
): Page<T> {
  const sorted = [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const from = after === undefined ? 0 : sorted.findIndex((item) => keyOf(item) > after);
  const page = from < 0 ? [] : sorted.slice(from, from + limit);
  const last = page.at(-1);
  const more = from >= 0 && from + limit < sorted.length && last !== undefined;
  return { items: page, next: more ? keyOf(last) : null };
}
