import Type, { type Static } from 'typebox';
import { SECURITY_EVENTS, type SecurityCode } from '../pile/security-event.ts';
import type { SecurityRaised } from '../sync/events.ts';
import { isoText } from '../time/shanghai.ts';

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** What happened at the doors of a site; the same at hub and edge. */
export const SecurityEventResource = Type.Object({
  id: Type.String(),
  siteId: Type.String(),
  at: Type.String({ description: 'ISO time with +08:00' }),
  code: Type.String(),
  severity: Type.Enum(['notice', 'warning', 'critical']),
  /** As it was claimed. */
  pileNo: Nullable(Type.String()),
  address: Nullable(Type.String()),
  detail: Type.String(),
  count: Type.Integer({ description: 'how many of the same it stands for' }),
  title: Type.Object({ zh: Type.String(), en: Type.String() }),
});
export type SecurityEventResource = Static<typeof SecurityEventResource>;

const isCode = (code: string): code is SecurityCode => Object.hasOwn(SECURITY_EVENTS, code);

/** A newer edge may know events that this side has no words for. */
const wordsOf = (code: string) =>
  isCode(code)
    ? SECURITY_EVENTS[code]
    : ({ severity: 'warning', zh: '未知的安全事件。', en: 'An unknown security event.' } as const);

export function securityEventResource(
  origin: { readonly siteId: string; readonly id: number; readonly atMs: number },
  event: Omit<SecurityRaised, 'kind'>,
): SecurityEventResource {
  const { severity, zh, en } = wordsOf(event.code);
  return {
    id: String(origin.id),
    siteId: origin.siteId,
    at: isoText(origin.atMs),
    severity,
    code: event.code,
    pileNo: event.pileNo,
    address: event.address,
    detail: event.detail,
    count: event.count,
    title: { zh, en },
  };
}
