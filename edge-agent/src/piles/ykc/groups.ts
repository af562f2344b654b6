import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import type { Refusal } from '@holdfast/shared/pile/refusals';

type Allowed = Pick<Extract<PileCommand, { do: 'allowStart' }>, 'tradeNo' | 'cardNo' | 'balance'>;

/** One gun of a parallel charge that was asked for at the pile (0xA1). */
export interface LocalMember {
  readonly connectorNo: number;
  readonly gunNo: string;
  readonly seq: string;
  readonly request: string;
  readonly identity: Identity;
  /** The site's decision; `null`: none yet. */
  readonly decision: Allowed | Refusal | null;
  /** 0xA2 has been sent. */
  readonly answered: boolean;
}

/** A parallel charge that was asked for at the pile. */
export interface LocalGroup {
  readonly no: string;
  readonly members: readonly LocalMember[];
  /** No more guns are waited for; one that comes later is answered by itself. */
  readonly gathered: boolean;
  /** One gun was refused, so none starts. */
  readonly refusal: Refusal | null;
}

/** A parallel charge that we started (0xA4). */
export interface RemoteGroup {
  readonly no: string;
  readonly members: readonly { readonly connectorNo: number; readonly tradeNo: string }[];
}

/** Groups that one pile may have at a time; it has a few guns. */
export const GROUPS_MAX = 8;

export const isAllowed = (decision: LocalMember['decision']): decision is Allowed =>
  decision !== null && typeof decision === 'object';

/** A list with one group in the place of the one of its number; the oldest goes when there are many. */
export function withGroup<G extends { readonly no: string }>(
  groups: readonly G[],
  group: G,
): readonly G[] {
  const others = groups.filter(({ no }) => no !== group.no);
  return [...others, group].slice(-GROUPS_MAX);
}
