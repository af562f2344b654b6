/** What the modules need of a logger; pino fits. Fields first, then one event name. */
export interface Log {
  readonly info: (fields: object, event: string) => void;
  readonly warn: (fields: object, event: string) => void;
  readonly error: (fields: object, event: string) => void;
}
