import type { Log } from '../../ports/log.ts';

/** Keeps what is logged, for tests that look at it. */
export function recordingLog(): Log & { readonly events: string[] } {
  const events: string[] = [];
  const keep = (_fields: object, event: string): void => {
    events.push(event);
  };
  return { events, info: keep, warn: keep, error: keep };
}
