import { ORDER_EVENT_KINDS } from '@holdfast/shared/order/order';
import type { WireEvent } from '@holdfast/shared/sync/messages';
import type { Change } from '../ports/changes.ts';

const ORDER_KINDS: ReadonlySet<string> = new Set(ORDER_EVENT_KINDS);

/** Pile and connector of a key `<pile>/<connector>`. */
function connectorOf(key: string): { readonly pileNo: string; readonly connectorNo: number } {
  const slash = key.lastIndexOf('/');
  return { pileNo: key.slice(0, slash), connectorNo: Number(key.slice(slash + 1)) };
}

function changeOf(siteId: string, kind: string, key: string): Change | undefined {
  if (ORDER_KINDS.has(kind)) return { entity: 'order', siteId, orderNo: key };
  switch (kind) {
    case 'PileChanged':
      return { entity: 'pile', siteId, pileNo: key };
    case 'ConnectorChanged':
    case 'Measured':
      return { entity: 'connector', siteId, ...connectorOf(key) };
    case 'CommandAnswered':
      return { entity: 'command', siteId, id: key };
    default:
      return undefined;
  }
}

/** What fresh events changed, each thing once; the site's own figures move with any of them. */
export function changesOf(siteId: string, fresh: readonly WireEvent[]): readonly Change[] {
  const changes = new Map<string, Change>();
  let countsMoved = false;
  for (const [, , kind, , key] of fresh) {
    const change = changeOf(siteId, kind, key);
    if (change === undefined) continue;
    changes.set(`${change.entity} ${key}`, change);
    countsMoved ||= kind === 'PileChanged' || kind === 'ConnectorChanged';
  }
  const own: Change[] = [{ entity: 'sync', siteId }];
  if (countsMoved) own.push({ entity: 'site', siteId });
  return [...changes.values(), ...own];
}
