/** A message of a site, as any broker delivers it: maybe twice, maybe late, maybe never. */
export interface UplinkMessage {
  readonly vendor: string;
  readonly siteId: string;
  readonly topic: 'uplink' | 'presence' | 'result';
  /** Lane number of an uplink; `undefined` otherwise. */
  readonly laneNo: number | undefined;
  readonly payload: Uint8Array;
}

/**
 * The hub's side of the broker: aedes in this process, MQTT to one of its own, RabbitMQ next.
 * Vendors are virtual hosts; a site can only speak on its own topics ([SYNC-12]).
 */
export interface Broker {
  readonly onUplink: (handler: (message: UplinkMessage) => Promise<void>) => void;
  readonly onPresence: (
    handler: (site: { vendor: string; siteId: string; connected: boolean }) => void,
  ) => void;
  readonly publish: (
    to: { readonly vendor: string; readonly siteId: string; readonly topic: 'answer' | 'command' },
    payload: Uint8Array,
  ) => Promise<void>;
  /** Cuts a site that sends only nonsense. A broker outside this process may not be able to. */
  readonly disconnect: (site: { vendor: string; siteId: string }, why: string) => void;
  readonly close: () => Promise<void>;
}
