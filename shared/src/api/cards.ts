import Type, { type Static } from 'typebox';

/* Cards that were entered at a site; the same at the edge's API and in the hub's command `cards`. */

const closed = { additionalProperties: false } as const;
const state = Type.Enum(['accepted', 'blocked']);

export const CardPath = Type.Object({
  token: Type.String({ pattern: '^[\\x21-\\x7e]{1,36}$', description: 'what the reader reads' }),
});

export const CardRequest = Type.Object(
  {
    account: Type.String({ minLength: 1, maxLength: 64 }),
    balanceYuan: Type.String({ pattern: '^\\d{1,7}(\\.\\d{1,2})?$' }),
    asOf: Type.Optional(
      Type.String({ maxLength: 32, description: 'a new one forgets what was spent' }),
    ),
    state,
    expiresAt: Type.Optional(Type.String({ format: 'date-time', description: 'with a zone' })),
    group: Type.Optional(Type.String({ minLength: 1, maxLength: 36 })),
    concurrent: Type.Optional(
      Type.Boolean({ description: 'may charge at several connectors at a time' }),
    ),
  },
  closed,
);
export type CardRequest = Static<typeof CardRequest>;

export const CardResource = Type.Object({
  token: Type.String(),
  account: Type.String(),
  balanceYuan: Type.String(),
  asOf: Type.String(),
  state,
  expiresAt: Type.Union([Type.String(), Type.Null()]),
  group: Type.Union([Type.String(), Type.Null()]),
  concurrent: Type.Boolean(),
  changedAt: Type.String(),
});
export type CardResource = Static<typeof CardResource>;

export const GroupPath = Type.Object({ group: Type.String({ minLength: 1, maxLength: 36 }) });
const groupState = Type.Enum(['accepted', 'blocked'], {
  description: 'blocked: none of its cards may charge',
});
export const GroupRequest = Type.Object({ state: groupState }, closed);
export type GroupRequest = Static<typeof GroupRequest>;
export const GroupResource = Type.Object({
  group: Type.String(),
  state: groupState,
  changedAt: Type.String(),
});
export type GroupResource = Static<typeof GroupResource>;

/**
 * What the hub asks of the cards of a site: `list` and `groups` answer a page, `enter` and `enter-group`
 * what was entered, the others nothing. `name`: a token, a group, or for a list where to go on.
 */
export const CardsWish = Type.Object(
  {
    ask: Type.Enum(['list', 'enter', 'remove', 'groups', 'enter-group', 'remove-group']),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    value: Type.Optional(
      Type.Unknown({ description: 'for `enter` and `enter-group`, as PUT at the edge has it' }),
    ),
  },
  closed,
);
export type CardsWish = Static<typeof CardsWish>;
