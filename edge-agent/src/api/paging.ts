import Type, { type Static } from 'typebox';

export const PAGE_MOST = 200;
const PAGE_USUAL = 50;

/** `?limit=&after=`: `after` is the `next` of the page before. */
export const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MOST, default: PAGE_USUAL })),
    after: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  { additionalProperties: false },
);
export type PageQuery = Static<typeof PageQuery>;

/** A page of the shape of `PageOf`, in an array of its own. */
export interface Listing<T> {
  readonly items: T[];
  readonly next: string | null;
}

export const limitOf = ({ limit }: PageQuery): number => limit ?? PAGE_USUAL;

/** A page of a listing that is whole in memory and sorted by its key. */
export function pageOf<T>(
  sorted: readonly T[],
  query: PageQuery,
  keyOf: (item: T) => string,
): Listing<T> {
  const { after } = query;
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  return pageOfRest(rest, query, keyOf);
}

/** The page at the head of what is left of a listing, whatever its order. */
export function pageOfRest<T>(
  rest: readonly T[],
  query: PageQuery,
  keyOf: (item: T) => string,
): Listing<T> {
  const items = rest.slice(0, limitOf(query));
  const last = items.at(-1);
  return { items, next: rest.length > items.length && last !== undefined ? keyOf(last) : null };
}
