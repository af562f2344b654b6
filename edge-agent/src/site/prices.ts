import type { Tariff } from '@holdfast/shared/money/tariff';
import { tariffAt, tariffOfModel } from '../config/tariff-book.ts';
import { raiseAlarm } from './reports.ts';
import type { PileMemory, SiteRoom } from './room.ts';
import { isTaking } from './shelf.ts';

/** A pile that has not taken a tariff is given it again after so long. */
const PUSH_AGAIN_MS = 10 * 60_000;

/** The tariff in force at the site. */
export const currentTariff = ({ config, clock }: SiteRoom): Tariff | undefined =>
  tariffAt(config.tariffs, clock.nowMs());

/** A charge keeps the prices that it began with, and its pile must hold them (ykc.md §6). */
function runningTariff(room: SiteRoom, pileNo: string): Tariff | undefined {
  const running = room.shelf.openOf(pileNo).find(isTaking);
  return running?.order.tariff ?? undefined;
}

/**
 * The tariff that a pile must hold, and that its next order locks: that of a charge that runs on it,
 * else the one that it is known to hold, else the one in force.
 */
export function tariffFor(room: SiteRoom, pileNo: string): Tariff | undefined {
  return runningTariff(room, pileNo) ?? room.piles.get(pileNo)?.held ?? currentTariff(room);
}

/** What a pile that logs in holds after it has compared models (0x05 … 0x0A). */
export function learnAtLogin(room: SiteRoom, pile: PileMemory): void {
  pile.held = undefined;
  pile.pushedMono = undefined;
  pile.held = tariffFor(room, pile.known.pileNo);
}

/** A pile has said that it holds a model, or that it will not. */
export function onTariffAnswered(
  room: SiteRoom,
  pile: PileMemory,
  { modelNo, accepted }: { readonly modelNo: string; readonly accepted: boolean },
): void {
  const { pileNo, vendor } = pile.known;
  const tariff = tariffOfModel(room.config.tariffs, modelNo);
  room.log.info({ pile: pileNo, modelNo, accepted }, 'tariff-answered');
  if (accepted && tariff !== undefined) pile.held = tariff;
  if (accepted) return;
  raiseAlarm(room, vendor, {
    code: 'tariff-refused',
    pileNo,
    text: `The pile does not take the tariff with the model number ${modelNo}.`,
  });
}

/** Gives the tariff in force to every connected pile that holds another; drivers wait until it is idle. */
export function pushTariffs(room: SiteRoom): void {
  const tariff = currentTariff(room);
  if (tariff === undefined) return;
  const now = room.clock.monoMs();
  for (const pile of room.piles.values()) {
    const { link, held, pushedMono } = pile;
    if (!pile.online || link === undefined || held?.modelNo === tariff.modelNo) continue;
    if (!link.capabilities.includes('tariff-push')) continue;
    if (pushedMono !== undefined && now - pushedMono < PUSH_AGAIN_MS) continue;
    pile.pushedMono = now;
    link.send({ do: 'pushTariff', tariff });
  }
}
