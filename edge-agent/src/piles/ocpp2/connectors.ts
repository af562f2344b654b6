import { type Fields, fieldsAt, integerAt } from '../ocpp/fields.ts';

/** A connector as 2.x names it. */
export interface Place {
  readonly evse: number;
  readonly connector: number;
}

/** The site's number of each connector by `evse.connector`; kept, so that it is for ever the same. */
export type Numbering = Readonly<Record<string, number>>;

/** No station has more. */
const CONNECTORS_MAX = 64;

const keyOf = ({ evse, connector }: Place): string => `${evse}.${connector}`;

const placeOf = (key: string): Place => {
  const [evse, connector] = key.split('.');
  return { evse: Number(evse), connector: Number(connector) };
};

const isSound = ({ evse, connector }: Place): boolean =>
  evse >= 1 && evse <= CONNECTORS_MAX && connector >= 1 && connector <= CONNECTORS_MAX;

/** The EVSE's own number for the first connector of an EVSE that is heard of, else the lowest free one. */
function freeNumber(numbering: Numbering, { evse }: Place): number | undefined {
  const taken = new Set(Object.values(numbering));
  const isFirst = !Object.keys(numbering).some((key) => placeOf(key).evse === evse);
  if (isFirst && !taken.has(evse)) return evse;
  for (let no = 1; no <= CONNECTORS_MAX; no += 1) if (!taken.has(no)) return no;
  return undefined;
}

/** With a number for a connector; as it was for one that is known, or that cannot be. */
export function withPlace(numbering: Numbering, place: Place): Numbering {
  if (!isSound(place) || numbering[keyOf(place)] !== undefined) return numbering;
  const no = freeNumber(numbering, place);
  return no === undefined ? numbering : { ...numbering, [keyOf(place)]: no };
}

export const numberOf = (numbering: Numbering, place: Place): number | undefined =>
  numbering[keyOf(place)];

/** The connector that the site calls so; without a number of its own an EVSE's first. */
export function placeAt(numbering: Numbering, connectorNo: number): Place {
  const found = Object.entries(numbering).find(([, no]) => no === connectorNo);
  return found === undefined ? { evse: connectorNo, connector: 1 } : placeOf(found[0]);
}

/** The site's numbers of the connectors of an EVSE, its first connector first. */
export const numbersOf = (numbering: Numbering, evse: number): readonly number[] =>
  Object.entries(numbering)
    .map(([key, no]) => ({ ...placeOf(key), no }))
    .filter((entry) => entry.evse === evse)
    .toSorted((a, b) => a.connector - b.connector)
    .map(({ no }) => no);

/** How many connectors the site counts. */
export const countOf = (numbering: Numbering): number => Math.max(1, ...Object.values(numbering));

/** Reads a note; what is not as it was written is forgotten. */
export const numberingOf = (note: Fields): Numbering =>
  Object.fromEntries(
    Object.entries(note).flatMap(([key, no]) =>
      isSound(placeOf(key)) && typeof no === 'number' && no >= 1 && no <= CONNECTORS_MAX
        ? [[key, no] as const]
        : [],
    ),
  );

/** The `evse` of a message (`EVSEType`); `undefined` where it names none. */
export function saidPlace(
  payload: Fields,
): { evse: number; connector: number | undefined } | undefined {
  const evse = fieldsAt(payload, 'evse');
  const id = integerAt(evse, 'id');
  if (id === undefined || id < 1) return undefined;
  return { evse: id, connector: integerAt(evse, 'connectorId') };
}
