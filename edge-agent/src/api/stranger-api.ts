import { isoText } from '@holdfast/shared/time/shanghai';
import Type, { type Static } from 'typebox';
import type { FrameCapture } from '../ports/captures.ts';
import type { Stranger } from '../strangers/book.ts';
import type { Listing } from './paging.ts';
import { FrameResource } from './schemas.ts';

const Family = Type.Object({
  family: Type.String({ description: 'id, e.g. aaf5, ykc, wanma' }),
  confidence: Type.Enum(['proven', 'likely'], {
    description: 'proven: checksums are right; likely: only the form fits',
  }),
  frames: Type.Integer(),
  bytes: Type.Integer({ description: 'bytes of the sample that are in these frames' }),
  front: Type.Union([Type.String(), Type.Null()], {
    description: 'protocol of a front that serves it; null: none does',
  }),
  samples: Type.Array(Type.String(), { description: 'first frames as hex' }),
  zh: Type.String(),
  en: Type.String(),
});

/** An address that has connected to a front with protocol `listen`. */
export const StrangerResource = Type.Object({
  address: Type.String(),
  firstSeenAt: Type.String({ description: 'ISO time with +08:00' }),
  lastSeenAt: Type.String({ description: 'ISO time with +08:00' }),
  connections: Type.Integer(),
  open: Type.Integer({ description: 'connections that are open now' }),
  bytes: Type.Integer(),
  families: Type.Array(Family, { description: 'what it may speak, the best first' }),
  newest: Type.Array(FrameResource, { description: 'newest chunks as they came' }),
  file: Type.Union([Type.String(), Type.Null()], {
    description: 'file of its newest connection, in the folder strangers beside the ledger',
  }),
});
export type StrangerResource = Static<typeof StrangerResource>;

export interface StrangerApi {
  /** Newest first. */
  readonly strangers: () => Listing<StrangerResource>;
}

const NEWEST = 20;

/** What the listener has heard, for a technician. */
export function strangerApi(
  book: { readonly list: () => readonly Stranger[] },
  capture: FrameCapture,
): StrangerApi {
  const shown = (stranger: Stranger): StrangerResource => {
    const { address, firstSeenMs, lastSeenMs, verdicts, ...rest } = stranger;
    return {
      address,
      firstSeenAt: isoText(firstSeenMs),
      lastSeenAt: isoText(lastSeenMs),
      ...rest,
      families: verdicts.map((verdict) => ({ ...verdict, samples: [...verdict.samples] })),
      newest: capture
        .frames(address, NEWEST)
        .map(({ atMs, up, hex }) => ({ at: isoText(atMs), up, hex })),
    };
  };
  return { strangers: () => ({ items: book.list().map(shown), next: null }) };
}
