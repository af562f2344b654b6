type Write = (fields: Readonly<Record<string, unknown>>, event: string) => void;

/** What the fronts need of a logger: one event name a line and its fields (pino fits). */
export interface PileLog {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

const nothing: Write = () => undefined;
export const silentLog: PileLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };
