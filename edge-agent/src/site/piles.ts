import { FaultError } from '@holdfast/shared/errors/fault';
import type { KnownPile } from '../ports/ledger.ts';
import type { PileProfile } from '../ports/site.ts';
import { tellConnector, tellPile } from './reports.ts';
import { connectorOf, type PileMemory, type SiteRoom } from './room.ts';
import { serial } from './serial.ts';

/** After a start the piles of before have so long to come back before they are told to be away. */
export const COME_BACK_MS = 60_000;

const isConfigured = ({ config }: SiteRoom, pileNo: string): boolean =>
  config.adoptAll || config.piles.has(pileNo);

function remember(room: SiteRoom, known: KnownPile, byHand = false): PileMemory {
  const pile: PileMemory = {
    known,
    online: false,
    link: undefined,
    startConfirmMs: undefined,
    loggedInMono: 0,
    held: undefined,
    pushedMono: undefined,
    byHand,
    evictedMono: [],
    connectors: new Map(),
    notes: new Map(),
    deviations: undefined,
    savesDeviations: false,
    serial: serial(),
    told: '',
  };
  room.piles.set(known.pileNo, pile);
  for (let n = 1; n <= known.connectorCount; n += 1) connectorOf(pile, n);
  return pile;
}

/** Unknown piles are remembered for adoption, but not without end (design §9). */
function forgetOldestStranger(room: SiteRoom): void {
  const strangers = [...room.piles.values()].filter((pile) => !pile.known.adopted);
  if (strangers.length < room.config.limits.waitingPiles) return;
  const oldest = strangers.reduce((a, b) => (a.known.lastSeenMs <= b.known.lastSeenMs ? a : b));
  room.piles.delete(oldest.known.pileNo);
}

/** The memory of a pile that has just spoken. */
export function meetPile(room: SiteRoom, pileNo: string, vendor: string): PileMemory {
  const met = room.piles.get(pileNo);
  if (met !== undefined) return met;
  const adopted = isConfigured(room, pileNo);
  if (!adopted) forgetOldestStranger(room);
  const nowMs = room.clock.nowMs();
  return remember(room, {
    pileNo,
    vendor,
    adopted,
    connectorCount: 0,
    dc: true,
    firmware: '',
    protocolVersion: '',
    firstSeenMs: nowMs,
    lastSeenMs: nowMs,
  });
}

/** Piles as the ledger knows them: there adopted means by hand; the configuration adopts besides. */
export async function restorePiles(room: SiteRoom): Promise<void> {
  for (const known of await room.ledger.piles()) {
    const adopted = known.adopted || isConfigured(room, known.pileNo);
    remember(room, { ...known, adopted }, known.adopted);
  }
}

/** Tells of those that were here before the start and have not come back. */
export function tellAbsent(room: SiteRoom): void {
  for (const pile of room.piles.values()) {
    if (pile.online || !pile.known.adopted || pile.told !== '') continue;
    tellPile(room, pile);
    for (const connector of pile.connectors.values()) tellConnector(room, pile, connector);
  }
}

/** What a front may know of a pile before it has said anything. */
export function profileOf(room: SiteRoom, pileNo: string): PileProfile | undefined {
  const met = room.piles.get(pileNo);
  const configured = isConfigured(room, pileNo);
  if (met === undefined && !configured) return undefined;
  const { dialect, ratedPowerW } = room.config.piles.get(pileNo) ?? {};
  return {
    pileNo,
    adopted: configured || met?.known.adopted === true,
    dialect,
    ratedPowerW: ratedPowerW ?? undefined,
  };
}

/** Serves a pile that waits for adoption; on disk when this resolves. */
export async function adoptPile(room: SiteRoom, pileNo: string): Promise<void> {
  const pile = room.piles.get(pileNo);
  if (pile === undefined) throw new FaultError('not-found', `no pile ${pileNo} has been here`);
  await pile.serial.run(async () => {
    if (pile.known.adopted) return;
    const known = { ...pile.known, adopted: true };
    await room.ledger.commit({ changes: [{ save: 'pile', pile: known }], events: [] });
    pile.known = known;
    pile.byHand = true;
    room.log.info({ pile: pileNo }, 'pile-adopted');
    tellPile(room, pile);
    // It was refused at its login; a new connection begins anew.
    pile.link?.close('adopted');
  });
}
