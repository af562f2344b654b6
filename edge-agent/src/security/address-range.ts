/** A range of addresses: one of them, or a network in CIDR notation. */
export interface AddressRange {
  readonly family: 4 | 6;
  /** The first bits of an address … */
  readonly network: bigint;
  /** … after so many others were cut off. */
  readonly hostBits: bigint;
}

interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;
const GROUPS = 8;
/** ::ffff:0:0/96, where IPv4 clients of a dual-stack socket appear. */
const MAPPED = 0xffffn;

function ipv4Of(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

/** Groups of one side of `::`; the last may be written as IPv4. */
function groupsOf(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [n, part] of parts.entries()) {
    const v4 = n === parts.length - 1 && part.includes('.') ? ipv4Of(part) : undefined;
    if (v4 !== undefined) groups.push(v4 >> 16n, v4 & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function ipv6Of(text: string): bigint | undefined {
  const sides = text.split('::');
  if (sides.length > 2) return undefined;
  const left = groupsOf(sides[0] ?? '');
  const right = sides.length === 2 ? groupsOf(sides[1] ?? '') : [];
  if (left === undefined || right === undefined) return undefined;
  const missing = GROUPS - left.length - right.length;
  if (sides.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const zeros = Array.from({ length: missing }, () => 0n);
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | group, 0n);
}

function addressOf(text: string): Address | undefined {
  const bare = text.replace(/%.*$/, '');
  const v4 = ipv4Of(bare);
  if (v4 !== undefined) return { family: 4, value: v4 };
  const v6 = bare.includes(':') ? ipv6Of(bare) : undefined;
  if (v6 === undefined) return undefined;
  return v6 >> 32n === MAPPED ? { family: 4, value: v6 & 0xffffffffn } : { family: 6, value: v6 };
}

/** Reads `10.1.0.0/16`, `192.168.1.7` or `fd00::/8`; `undefined`: it is none of these. */
export function addressRangeOf(text: string): AddressRange | undefined {
  const [host = '', length, ...more] = text.split('/');
  const address = addressOf(host);
  if (address === undefined || more.length > 0) return undefined;
  const bits = BITS[address.family];
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const kept = length === undefined ? bits : Number(length);
  if (kept > bits) return undefined;
  const hostBits = BigInt(bits - kept);
  return { family: address.family, network: address.value >> hostBits, hostBits };
}

/** Whether an address lies in one of the ranges; what is no address lies in none. */
export function isWithin(ranges: readonly AddressRange[], text: string): boolean {
  const address = addressOf(text);
  if (address === undefined) return false;
  return ranges.some(
    ({ family, network, hostBits }) =>
      family === address.family && address.value >> hostBits === network,
  );
}

/** One spelling for each address: IPv4 in IPv6 as IPv4, no zone. */
export const plainAddress = (text: string): string =>
  text.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

const LOOPBACK = [addressRangeOf('127.0.0.0/8'), addressRangeOf('::1')].filter(
  (range) => range !== undefined,
);
/** Whether an address is of this machine. */
export const isOfThisMachine = (text: string): boolean => isWithin(LOOPBACK, text);
