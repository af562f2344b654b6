import { hexOf } from '../kernel/bytes.ts';
import { FAMILIES, type Family, type Found, FRAME_BYTES_MAX } from './families.ts';

/** What speaks for one family in a stream of bytes. */
export interface Verdict {
  /** Id of the family, e.g. `aaf5`. */
  readonly family: string;
  /** `proven`: checksums are right; `likely`: the form fits, and the family has no checksum. */
  readonly confidence: 'proven' | 'likely';
  readonly frames: number;
  /** Bytes that are in these frames. */
  readonly bytes: number;
  /** Front of ours that speaks it; `null`: none does. */
  readonly front: Family['front'];
  /** The first frames as hex. */
  readonly samples: readonly string[];
  readonly zh: string;
  readonly en: string;
}

const SAMPLES_MAX = 3;
/** Checksums that are tried of one family: noise made of start bytes must not cost a second. */
const TRIES_MAX = 256;

interface Scan {
  readonly frames: readonly (readonly [at: number, found: Found])[];
  readonly bytes: number;
}

/** Frames that checksums prove, wherever they begin: noise before and between them does not matter. */
function scanProven(family: Family, b: Uint8Array): Scan {
  const frames: (readonly [number, Found])[] = [];
  let bytes = 0;
  let tries = 0;
  for (let at = 0; at < b.length && tries < TRIES_MAX; ) {
    const found = family.at(b, at);
    if (found !== undefined) {
      frames.push([at, found]);
      bytes += found.size;
      at += found.size;
      continue;
    }
    if (b[at] === b[0]) tries += 1;
    at += 1;
  }
  return { frames, bytes };
}

/**
 * Frames that only look right: they must follow each other from the first byte to the last, but for
 * one that is not whole yet.
 */
function scanLikely(family: Family, b: Uint8Array): Scan {
  const frames: (readonly [number, Found])[] = [];
  let at = 0;
  for (;;) {
    const found = at < b.length ? family.at(b, at) : undefined;
    if (found === undefined) break;
    frames.push([at, found]);
    at += found.size;
  }
  const rest = b.length - at;
  const whole = rest === 0 || (rest < FRAME_BYTES_MAX && b[at] === b[0]);
  return whole ? { frames, bytes: at } : { frames: [], bytes: 0 };
}

const SERVED = {
  zh: (front: string) => `；本系统用 "${front}" 前端接入`,
  en: (front: string) => `; a front with protocol "${front}" serves it`,
};

function explained({ zh, en, check, front }: Family, { frames, bytes }: Scan, total: number) {
  const share = `${bytes}/${total}`;
  const count = frames.length;
  const how =
    check === null
      ? { zh: '仅格式相符，无校验可证', en: 'only its form fits, there is no checksum to prove it' }
      : { zh: `${check} 校验正确`, en: `${check} is right in each` };
  return {
    zh: `${zh}：${count} 帧（${share} 字节），${how.zh}${front === null ? '' : SERVED.zh(front)}`,
    en: `${en}: ${count} frame${count === 1 ? '' : 's'} (${share} bytes), ${how.en}${front === null ? '' : SERVED.en(front)}`,
  };
}

function verdictOf(family: Family, b: Uint8Array): Verdict | undefined {
  const scan = family.check === null ? scanLikely(family, b) : scanProven(family, b);
  if (scan.frames.length === 0) return undefined;
  return {
    family: family.id,
    confidence: family.check === null ? 'likely' : 'proven',
    frames: scan.frames.length,
    bytes: scan.bytes,
    front: family.front,
    samples: scan.frames.slice(0, SAMPLES_MAX).map(([at, { size }]) => hexOf(b, at, size)),
    ...explained(family, scan, b.length),
  };
}

/**
 * Which families the bytes of a pile may be of, the best first: what a checksum proves before what
 * only looks so, then by how many of the bytes it explains. Empty: nothing that is known.
 */
export function familiesIn(b: Uint8Array): readonly Verdict[] {
  const order = { proven: 0, likely: 1 } as const;
  return FAMILIES.map((family) => verdictOf(family, b))
    .filter((verdict) => verdict !== undefined)
    .toSorted(
      (x, y) =>
        order[x.confidence] - order[y.confidence] || y.bytes - x.bytes || y.frames - x.frames,
    );
}

/** What to say of bytes that no family explains. */
export const NOT_KNOWN = {
  zh: '没有已知协议族与这些字节相符',
  en: 'no family that is known fits these bytes',
} as const;
