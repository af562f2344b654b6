import { hashOf } from '../ocpp/spread.ts';

/**
 * The number under which a station is asked to start an order (`remoteStartId`): made of the order
 * number alone, so that it is known again after a restart. 1 … 2³¹ − 1.
 */
export const remoteStartIdOf = (orderNo: string): number => hashOf(orderNo) & 0x7fff_ffff || 1;
