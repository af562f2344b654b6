import { FaultError } from '@holdfast/shared/errors/fault';
import { isoText } from '@holdfast/shared/time/shanghai';
import Type, { type Static } from 'typebox';
import type { Clock } from '../ports/clock.ts';
import type { SiteMemory } from '../site/site.ts';
import type { Listing } from './paging.ts';

/* What a technician wants to know of one pile: what may be asked of it, and what it does wrong. */

export const OperationResource = Type.Object({
  name: Type.String({ description: 'as the protocol of the pile has it' }),
  schema: Type.Unknown({ description: 'JSON schema of its parameters' }),
});
export const OperationsResource = Type.Object({
  protocol: Type.String(),
  items: Type.Array(OperationResource),
});
export type OperationsResource = Static<typeof OperationsResource>;

export const DeviationResource = Type.Object({
  rule: Type.String({ description: 'id of the rule that is broken' }),
  action: Type.String(),
  path: Type.String({ description: 'where in the message' }),
  count: Type.Integer(),
  first: Type.String(),
  last: Type.String(),
  seen: Type.String({ description: 'the newest example' }),
  repair: Type.String({ description: 'what was made of it' }),
});
export type DeviationResource = Static<typeof DeviationResource>;

export const LimitResource = Type.Object({
  pileNo: Type.String(),
  connectorNo: Type.Integer({ description: '0: the whole pile' }),
  maxW: Type.Union([Type.Integer(), Type.Null()]),
  until: Type.String({ description: 'then it is lifted' }),
});
export type LimitResource = Static<typeof LimitResource>;

export interface PileApi {
  /** `FaultError('not-found')` for a pile that is not connected or has none. */
  readonly operations: (pileNo: string) => Promise<OperationsResource>;
  readonly deviations: (pileNo: string) => Listing<DeviationResource>;
  readonly limits: () => Listing<LimitResource>;
}

export const pileApi = (memory: SiteMemory, clock: Pick<Clock, 'nowMs' | 'monoMs'>): PileApi => ({
  async operations(pileNo) {
    const catalogue = memory.operations(pileNo);
    if (catalogue === undefined) {
      throw new FaultError('not-found', `pile ${pileNo} is not connected, or has no operations`);
    }
    const items = await Promise.all(
      catalogue.operations.map(async ({ name, schema }) => ({ name, schema: await schema() })),
    );
    return { protocol: catalogue.protocol, items };
  },
  deviations: (pileNo) => ({
    items: memory.deviations(pileNo).map(({ firstMs, lastMs, ...deviation }) => ({
      ...deviation,
      first: isoText(firstMs),
      last: isoText(lastMs),
    })),
    next: null,
  }),
  limits: () => ({
    items: memory.limits().map(({ pileNo, connectorNo, maxW, untilMono }) => ({
      pileNo,
      connectorNo: connectorNo ?? 0,
      maxW,
      until: isoText(clock.nowMs() + untilMono - clock.monoMs()),
    })),
    next: null,
  }),
});
