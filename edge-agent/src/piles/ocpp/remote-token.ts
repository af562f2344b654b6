/** Tokens of ours begin so; no card that a reader reads does. */
const MARK = 'HF';
/** Connector, second, epoch and count of an order number: what tells apart the orders of one pile. */
const DIGITS = 18;

/**
 * The idTag (or idToken) under which a pile is asked to start an order: made of the order number
 * alone, so that it is known again after a restart. 20 characters, the most that 1.6 allows.
 */
export const remoteTokenOf = (orderNo: string): string =>
  `${MARK}${orderNo.slice(-DIGITS).toUpperCase()}`;

/** Whether a token looks like one of ours. */
export const isRemoteToken = (token: string): boolean => /^HF[0-9A-F]{18}$/i.test(token.trim());

/** The one of these orders that a token was made for. */
export function orderOfToken<O extends { readonly orderNo: string }>(
  token: string,
  orders: readonly O[],
): O | undefined {
  const wanted = token.trim().toUpperCase();
  return orders.find(({ orderNo }) => remoteTokenOf(orderNo) === wanted);
}
