import { FaultError } from '@holdfast/shared/errors/fault';
import { isoText } from '@holdfast/shared/time/shanghai';
import Type, { type Static } from 'typebox';
import type { Clock } from '../ports/clock.ts';
import type { Reservation } from '../ports/reservations.ts';
import type { RunningSite } from '../site/site.ts';
import { type Listing, type PageQuery, pageOf } from './paging.ts';

/* Connectors that are kept for somebody. */

/** A connector that is kept for longer than this is taken out of service, not reserved. */
const LONGEST_MS = 7 * 86_400_000;

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const token = Type.String({ pattern: '^[\\x21-\\x7e]{1,36}$', description: 'card or token' });
const account = Type.String({ minLength: 1, maxLength: 64 });

export const ReservationRequest = Type.Object(
  {
    pileNo: Type.Optional(
      Type.String({ minLength: 1, maxLength: 48, description: 'left out: any of the site' }),
    ),
    connectorNo: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 255, description: 'left out: any of the pile' }),
    ),
    token: Type.Optional(token),
    account: Type.Optional(account),
    expiresAt: Type.String({ format: 'date-time', description: 'with a zone; a week at most' }),
  },
  { additionalProperties: false },
);
export type ReservationRequest = Static<typeof ReservationRequest>;

export const ReservationPath = Type.Object({ id: Type.Integer({ minimum: 1 }) });

export const ReservationResource = Type.Object({
  id: Type.Integer(),
  pileNo: orNull(Type.String()),
  connectorNo: orNull(Type.Integer()),
  token: orNull(Type.String()),
  account: orNull(Type.String()),
  expiresAt: Type.String(),
  madeAt: Type.String(),
});
export type ReservationResource = Static<typeof ReservationResource>;

export interface ReservationApi {
  readonly reservations: (query: PageQuery) => Listing<ReservationResource>;
  /** On disk when it resolves. */
  readonly reserve: (request: ReservationRequest) => Promise<ReservationResource>;
  readonly cancel: (id: number) => Promise<void>;
}

const resourceOf = ({ expiresAtMs, madeAtMs, ...rest }: Reservation): ReservationResource => ({
  ...rest,
  expiresAt: isoText(expiresAtMs),
  madeAt: isoText(madeAtMs),
});

const invalid = (what: string): FaultError => new FaultError('invalid-input', what);
const keyOf = ({ id }: ReservationResource): string => String(id).padStart(16, '0');

export function reservationApi(
  { reservations, memory }: Pick<RunningSite, 'reservations' | 'memory'>,
  clock: Pick<Clock, 'nowMs'>,
): ReservationApi {
  return {
    reservations: (query) => pageOf(reservations.list().map(resourceOf), query, keyOf),
    async reserve(request) {
      const { pileNo = null, connectorNo = null } = request;
      const expiresAtMs = Date.parse(request.expiresAt);
      const leftMs = expiresAtMs - clock.nowMs();
      if (!(leftMs > 0 && leftMs <= LONGEST_MS)) throw invalid('expiresAt: within a week from now');
      if (request.token === undefined && request.account === undefined) {
        throw invalid('a reservation needs a token or an account');
      }
      if (pileNo === null && connectorNo !== null) throw invalid('connectorNo: of which pile?');
      const isThere =
        pileNo === null ||
        (connectorNo === null
          ? memory.pile(pileNo) !== undefined
          : memory.connector(pileNo, connectorNo) !== undefined);
      if (!isThere) throw new FaultError('not-found', `no connector ${connectorNo} of ${pileNo}`);
      const { token = null, account = null } = request;
      return resourceOf(
        await reservations.make({ pileNo, connectorNo, token, account, expiresAtMs }),
      );
    },
    async cancel(id) {
      if (!(await reservations.cancel(id))) {
        throw new FaultError('not-found', `no reservation ${id}`);
      }
    },
  };
}
