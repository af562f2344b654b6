import type { ConfigFault } from '@holdfast/shared/config/faults';
import { decimalOf, type Fen, fen } from '@holdfast/shared/units';
import type { ConfigFile } from './schema.ts';

/** Somebody who may charge here: a card or a VIN, and the account behind it. */
export interface Spender {
  /** The card as it was written; empty for a car. */
  readonly token: string;
  readonly account: string;
  /** What may be spent since `asOf`. */
  readonly balance: Fen;
  /** A new day forgets what was spent. */
  readonly asOf: string;
  readonly frozen: boolean;
  /** `null`: the card needs no password. */
  readonly passwordMd5: string | null;
  /** From then on it counts as expired; `null`: never. */
  readonly expiresAtMs: number | null;
  /** Cards of one group may stop each other's charges. */
  readonly group: string | null;
  /** Whether it may charge at several connectors at a time. */
  readonly concurrent: boolean;
}

export interface Lists {
  readonly cards: ReadonlyMap<string, Spender>;
  readonly vins: ReadonlyMap<string, Spender>;
}

/** Piles pad a card number with zero bytes on either side (ykc.md §3): it is compared without them. */
export function cardKey(cardNo: string): string {
  const bytes = cardNo.length % 2 === 0 ? cardNo : `0${cardNo}`;
  return bytes
    .toLowerCase()
    .replace(/^(?:00)+/, '')
    .replace(/(?:00)+$/, '');
}

/** Four bytes or more, as readers read them. A shorter text is a name, whatever it is made of. */
const BYTES = /^(?:[0-9a-f]{2}){4,}$/i;
export const isBytes = (token: string): boolean => BYTES.test(token);

/** One key for a card that a pile reads as bytes and another as text (OCPP). */
export const payerKey = (token: string): string =>
  isBytes(token) ? cardKey(token) : token.toLowerCase();

/** VINs are compared in capitals. */
export const vinKey = (vin: string): string => vin.toUpperCase();

type Entry = Omit<ConfigFile['vins'][number], 'vin'> & {
  readonly cardNo?: string;
  readonly passwordMd5?: string;
};

const spenderOf = (entry: Entry): Spender => ({
  token: entry.cardNo ?? '',
  account: entry.account,
  balance: fen(decimalOf(entry.balanceYuan, 2) ?? 0n),
  asOf: entry.asOf ?? '',
  frozen: entry.state === 'frozen',
  passwordMd5: entry.passwordMd5 ?? null,
  expiresAtMs: null,
  group: null,
  concurrent: false,
});

/** Whoever comes without a card that is known; no balance is counted for it but that of each charge. */
export const guestOf = ({ account, balanceYuan }: Pick<Entry, 'account' | 'balanceYuan'>) => ({
  ...spenderOf({ account, balanceYuan, state: 'accepted' }),
  concurrent: true,
});

function read<T extends Entry>(
  entries: readonly T[],
  keyOf: (entry: T) => string,
  path: (n: number) => string,
  report: (fault: ConfigFault) => void,
): ReadonlyMap<string, Spender> {
  const map = new Map<string, Spender>();
  for (const [n, entry] of entries.entries()) {
    const key = keyOf(entry);
    if (key === '') {
      report({ path: path(n), zh: '不能全是 0。', en: 'All zeros is no number.' });
    } else if (map.has(key)) {
      report({
        path: path(n),
        zh: '与前面的一项相同，请只留一项。',
        en: 'The same as an earlier entry: keep one.',
      });
    }
    map.set(key, spenderOf(entry));
  }
  return map;
}

/** The lists of a configuration, by the keys that are compared. */
export const readLists = (file: ConfigFile, report: (fault: ConfigFault) => void): Lists => ({
  cards: read(
    file.cards,
    (card) => cardKey(card.cardNo),
    (n) => `/cards/${n}/cardNo`,
    report,
  ),
  vins: read(
    file.vins,
    (entry) => vinKey(entry.vin),
    (n) => `/vins/${n}/vin`,
    report,
  ),
});
