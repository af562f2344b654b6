import { FaultError } from '@holdfast/shared/errors/fault';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { PileLink } from '../ports/site.ts';
import type { PileMemory, SiteRoom } from './room.ts';
import { sessionOfCharge } from './uploads.ts';

type MeterSigned = Extract<PileEvent, { type: 'MeterSigned' }>;

async function orderNoOf(
  room: SiteRoom,
  { known: { pileNo } }: PileMemory,
  { charge, connectorNo }: MeterSigned,
): Promise<string | undefined> {
  const named = charge && (await sessionOfCharge(room, pileNo, charge));
  const session =
    named ?? (connectorNo === null ? undefined : room.shelf.newest(pileNo, connectorNo));
  return session?.order.orderNo;
}

/** [SITE-9] What a meter has signed is kept with its order as it came: a signature fits no other bytes. */
export async function onMeterSigned(
  room: SiteRoom,
  pile: PileMemory,
  _link: PileLink,
  event: MeterSigned,
): Promise<void> {
  const { pileNo } = pile.known;
  const tradeNo = await orderNoOf(room, pile, event);
  if (tradeNo === undefined) {
    room.log.warn({ pile: pileNo, connector: event.connectorNo }, 'signed-without-charge');
    return;
  }
  const { rawHex, frameType } = event;
  const record = { tradeNo, pileNo, frameType, rawHex, receivedAtMs: room.clock.nowMs() };
  try {
    await room.ledger.commit({ changes: [{ save: 'record', record }], events: [] });
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    room.log.error({ pile: pileNo, order: tradeNo, err: error }, 'signed-not-stored');
  }
}
