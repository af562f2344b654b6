import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { BODY_AT, CHECKSUM_BYTES, type YkcCodec, ykc } from '@holdfast/protocols/ykc/codec';
import { v14Frames, ylcFrames } from '@holdfast/protocols/ykc/dialect-frames';
import { codecFor, type Dialect, STANDARD } from '@holdfast/protocols/ykc/dialects';
import { overlayOf } from '@holdfast/protocols/ykc/overlay';
import type { DriverView } from '../driver.ts';
import { order } from './orders.ts';
import type { YkcState } from './state.ts';
import { type Down, observed, step, type Up, type YkcEffect, type YkcStep } from './step.ts';
import { uplinkOf } from './uplink.ts';

const ylc = overlayOf(ylcFrames);
const v14 = overlayOf(v14Frames);
const codecs = new Map<Dialect, YkcCodec>();

function codecOf(dialect: Dialect): YkcCodec {
  const known = codecs.get(dialect);
  if (known !== undefined) return known;
  const { codec } = codecFor(dialect);
  codecs.set(dialect, codec);
  return codec;
}

/** [YKC-DIALECT-1]: a frame of a pile whose numbers have other offsets or units is read by them. */
export function asSaid(dialect: Dialect, message: Up, raw: Uint8Array): Up {
  if (dialect === STANDARD) return message;
  const codec = codecOf(dialect);
  return codec === ykc ? message : uplinkOf(codec.read(raw), raw);
}

/** [YKC-DIALECT-2]: frames that a dialect adds or lays out anew; `undefined`: as published. */
export function ownFrame(
  state: YkcState,
  message: Up,
  view: DriverView,
  raw: Uint8Array,
): YkcStep | undefined {
  const { frames } = state.dialect;
  if (frames === v14Frames && message.name === 'orderV14') {
    const read = v14.read(message);
    return read && order(state, read, view, raw);
  }
  if (frames !== ylcFrames) return undefined;
  const read = ylc.read(message);
  if (read?.name === 'vinPlugged') {
    const { pileNo, gunNo } = read.body;
    const answer = ylc.write({ name: 'vinPluggedAck', seq: read.seq, body: { pileNo, gunNo } });
    return step(state, { do: 'send', message: answer }, observed(read.name, read.body));
  }
  if (read?.name === 'gunPowerAck' || read?.name === 'logUploadAck') {
    return step(state, observed(read.name, read.body));
  }
  return undefined;
}

function inDialect(dialect: Dialect, message: Down): Down {
  if (message.name === 'unknown') return message;
  if (dialect.frames === ylcFrames && message.name === 'remoteStart') {
    const { seq, body } = message;
    return ylc.write({ name: 'remoteStart', seq, body: { ...body, relay: 'keep' } });
  }
  const codec = codecOf(dialect);
  if (codec === ykc) return message;
  const bytes = codec.encode(message);
  return {
    name: 'unknown',
    seq: message.seq,
    why: 'unknown-type',
    code: bytes[5] ?? 0,
    encryption: 0,
    body: { raw: hexOf(bytes, BODY_AT, bytes.length - BODY_AT - CHECKSUM_BYTES) },
  };
}

/** [YKC-DIALECT-3]: what goes out is laid out as the pile's dialect has it. */
export function outOfDialect(said: YkcStep): YkcStep {
  const { dialect } = said.state;
  if (dialect === STANDARD || said.effects.length === 0) return said;
  const effects = said.effects.map(
    (effect): YkcEffect =>
      effect.do === 'send' ? { ...effect, message: inDialect(dialect, effect.message) } : effect,
  );
  return { ...said, effects };
}
