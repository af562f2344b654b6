import type { OutboxSlice } from '../ports/ledger.ts';
import type { Slice } from './stream.ts';

/** A slice of the outbox as the piece (after, last] that it covers. */
export function sliceOf(
  slice: OutboxSlice,
  after: number,
  limit: { readonly events: number; readonly bytes: number },
): Slice {
  const { rows, gaps } = slice;
  const last = Math.max(after, rows.at(-1)?.seq ?? 0, gaps.at(-1)?.to ?? 0);
  return { ...slice, prev: after, last, full: isFull(slice, limit) };
}

/** As many events as asked for, or so many bytes that the next may not have fitted. */
function isFull(
  { rows }: OutboxSlice,
  limit: { readonly events: number; readonly bytes: number },
): boolean {
  if (rows.length >= limit.events) return true;
  let bytes = 0;
  for (const { body } of rows) bytes += body.length;
  return bytes * 2 >= limit.bytes;
}
