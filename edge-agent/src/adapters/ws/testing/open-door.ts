import type { SecurityCode, SecurityEvent } from '@holdfast/shared/pile/security-event';
import type { Admission, Doorkeeper, Visit } from '../../../ports/doorkeeper.ts';

/** A door that lets everybody in whom the test knows, and remembers what it was told. */
export class OpenDoor implements Doorkeeper {
  readonly reported: SecurityEvent[] = [];
  readonly visits: Visit[] = [];
  readonly known: Set<string>;
  verdict: (visit: Visit) => Promise<Admission>;

  constructor(...known: readonly string[]) {
    this.known = new Set(known);
    this.verdict = ({ identity }) =>
      Promise.resolve(
        this.known.has(identity)
          ? { ok: true, profile: 0 }
          : { ok: false, why: 'unknown', status: 404, retryAfterS: 0 },
      );
  }

  enter = () => ({ ok: true }) as const;
  admitPlain = () => ({ ok: true }) as const;
  pskOf = () => null;
  pskFailed = () => undefined;
  admit = (visit: Visit): Promise<Admission> => {
    this.visits.push(visit);
    return this.verdict(visit);
  };
  report = (event: SecurityEvent): void => void this.reported.push(event);

  get codes(): readonly SecurityCode[] {
    return this.reported.map(({ code }) => code);
  }
}
