import type { Tariff } from '@holdfast/shared/money/tariff';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { OpenCharge, PileLink, PileProfile, Site } from '../../ports/site.ts';

export interface Told {
  readonly link: PileLink;
  readonly event: PileEvent;
}

type Answer = (link: PileLink, event: PileEvent) => Promise<void>;

/** A site that takes every event at once, unless a test says otherwise. */
export class FakeSite implements Site {
  readonly told: Told[] = [];
  readonly profiles = new Map<string, PileProfile>();
  tariff: Tariff | undefined;
  answer: Answer = () => Promise.resolve();

  constructor(...adopted: readonly string[]) {
    for (const pileNo of adopted) this.adopt(pileNo);
  }

  adopt(pileNo: string, dialect?: string): void {
    this.profiles.set(pileNo, { pileNo, adopted: true, dialect });
  }

  pile = (pileNo: string): PileProfile | undefined => this.profiles.get(pileNo);
  tariffFor = (): Tariff | undefined => this.tariff;
  readonly charges: OpenCharge[] = [];
  readonly noted = new Map<string, unknown>();
  openCharges = (): readonly OpenCharge[] => this.charges;
  notes = (): ReadonlyMap<string, unknown> => this.noted;

  onPileEvent = (link: PileLink, event: PileEvent): Promise<void> => {
    this.told.push({ link, event });
    return this.answer(link, event);
  };

  /** Events of a kind, in the order in which they came. */
  of<T extends PileEvent['type']>(type: T): readonly Extract<PileEvent, { type: T }>[] {
    return this.told.flatMap(({ event }) => (isOf(event, type) ? [event] : []));
  }

  get types(): readonly PileEvent['type'][] {
    return this.told.map(({ event }) => event.type);
  }
}

const isOf = <T extends PileEvent['type']>(
  event: PileEvent,
  type: T,
): event is Extract<PileEvent, { type: T }> => event.type === type;

/** A promise that a test settles. */
export function deferred(): {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
} {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { promise, resolve, reject };
}
