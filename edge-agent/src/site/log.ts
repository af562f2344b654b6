type Write = (fields: Readonly<Record<string, unknown>>, event: string) => void;

/** One event name a line and its fields; pino fits. */
export interface SiteLog {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

const nothing: Write = () => undefined;
export const silentLog: SiteLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };
