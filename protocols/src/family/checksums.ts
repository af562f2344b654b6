/** Sum of `bytes[from, to)`, one byte. */
export function sum8(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i += 1) sum += bytes[i] as number;
  return sum & 0xff;
}

const XMODEM = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc & 0xffff;
});

/** CRC-16/XMODEM (init 0, not reflected) of `bytes[from, to)`. */
export function crc16Xmodem(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i += 1) {
    crc = ((crc << 8) ^ (XMODEM[((crc >>> 8) ^ (bytes[i] as number)) & 0xff] as number)) & 0xffff;
  }
  return crc;
}

const ISO_HDLC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

/** CRC-32/ISO-HDLC (that of zip and Ethernet) of `bytes[from, to)`. */
export function crc32(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0xffff_ffff;
  for (let i = from; i < to; i += 1) {
    crc = (crc >>> 8) ^ (ISO_HDLC[(crc ^ (bytes[i] as number)) & 0xff] as number);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
