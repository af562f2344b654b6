import type { SitePresence } from '../ports/live-state.ts';
import { type IngestContext, lineKey, type SiteLine } from './context.ts';

/** What this process knows of each site's connection; the live state gets a copy for everybody. */
export interface PresenceBook {
  readonly of: (line: SiteLine) => SitePresence;
  readonly save: (presence: SitePresence) => void;
  /** The site is gone: its turn is free, its session takes no commands. */
  readonly away: (line: SiteLine) => void;
  /** What the broker said last; one that says nothing is believed to hold the line. */
  readonly isUp: (line: SiteLine) => boolean;
  readonly setUp: (line: SiteLine, isUp: boolean) => void;
  /** Live pages look at the site again. */
  readonly told: (line: SiteLine) => void;
}

export function presenceBook({ live, log, onChange, admission }: IngestContext): PresenceBook {
  const known = new Map<string, SitePresence>();
  const lines = new Map<string, boolean>();

  const presenceOf = (line: SiteLine): SitePresence =>
    known.get(lineKey(line)) ?? {
      ...line,
      connected: false,
      sessionNo: 0,
      lastHeardMs: 0,
      hello: null,
      clockOffsetMs: null,
    };
  const save = (presence: SitePresence): void => {
    known.set(lineKey(presence), presence);
    live.setPresence(presence).catch((error: unknown) => {
      log.warn({ siteId: presence.siteId, error: String(error) }, 'presence-not-kept');
    });
  };
  const told = ({ siteId }: SiteLine): void => {
    onChange([
      { entity: 'site', siteId },
      { entity: 'sync', siteId },
    ]);
  };
  return {
    of: presenceOf,
    save,
    told,
    away: (line) => {
      admission.leave(lineKey(line));
      save({ ...presenceOf(line), connected: false, sessionNo: 0 });
      told(line);
    },
    isUp: (line) => lines.get(lineKey(line)) ?? true,
    setUp: (line, isUp) => lines.set(lineKey(line), isUp),
  };
}
