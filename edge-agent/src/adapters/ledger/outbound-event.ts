import { encodeEvent } from '@holdfast/shared/sync/encode';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import type { OutboxRow, OutgoingEvent } from '../../ports/ledger.ts';
import { coalesces } from './lane-rules.ts';

/** An event in its final text, before it has a number: strings only, cheap to hand to a thread. */
export interface OutboundEvent extends Omit<OutboxRow, 'seq'> {
  readonly vendor: string;
  readonly lane: LaneName;
  /** A newer event of its kind and key takes its place while it waits. */
  readonly coalesces: boolean;
}

/** Encodes an event on the caller's side. */
export function outboundOf({ stream, event, atMs }: OutgoingEvent): OutboundEvent {
  const { kind, kindVersion, key, body } = encodeEvent(event);
  const { vendor, lane } = stream;
  return { vendor, lane, atMs, kind, kindVersion, key, body, coalesces: coalesces(lane, event) };
}
