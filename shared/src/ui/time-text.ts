/** "2026-11-22 22:05:07" of an ISO time, in the zone that it carries. */
export function timeText(iso: string | null): string {
  return iso === null ? '–' : iso.slice(0, 19).replace('T', ' ');
}
