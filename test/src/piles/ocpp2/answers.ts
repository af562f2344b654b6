import type { Dialect, OnCall } from '../ocpp/dialect.ts';
import { numberOf, type Payload, partOf } from '../ocpp/payload.ts';

/** The dialect is made of these handlers, so they get it when they are called. */
export type Handlers = Readonly<Record<string, (dialect: Dialect) => OnCall>>;

export const says = (done: boolean): Payload => ({ status: done ? 'Accepted' : 'Rejected' });

export const evseOf = (payload: Payload): number | undefined =>
  numberOf(payload, 'evseId') ?? numberOf(partOf(payload, 'evse'), 'id');
