/** The body of an OCPP message, as JSON brings it. */
export type Payload = Readonly<Record<string, unknown>>;

export const isPayload = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object within an object; an empty one where there is none. */
export function partOf(payload: Payload, name: string): Payload {
  const part = payload[name];
  return isPayload(part) ? part : {};
}

export const textOf = (payload: Payload, name: string): string | undefined => {
  const value = payload[name];
  return typeof value === 'string' ? value : undefined;
};

export const numberOf = (payload: Payload, name: string): number | undefined => {
  const value = payload[name];
  return typeof value === 'number' ? value : undefined;
};

/** The objects of a list. */
export function partsOf(payload: Payload, name: string): readonly Payload[] {
  const list = payload[name];
  return Array.isArray(list) ? list.filter(isPayload) : [];
}

/** An ISO time as epoch milliseconds; `undefined`: there is none, or it is not one. */
export function timeOf(payload: Payload, name: string): number | undefined {
  const text = textOf(payload, name);
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

export const isoOf = (ms: number): string => new Date(ms).toISOString();
