import { ykc } from '@holdfast/protocols/ykc/codec';
import { ykcStream } from '@holdfast/protocols/ykc/stream';
import type { PileProtocol } from '../driver.ts';
import { ykcDriver } from './driver.ts';
import { headOf } from './orders.ts';
import { YKC_SETTINGS, type YkcSettings } from './settings.ts';
import type { YkcState } from './state.ts';
import type { Down, Up } from './step.ts';
import { uplinkOf } from './uplink.ts';

/** 云快充 for a front: bytes, routing and driver. */
export function ykcProtocol(
  settings: YkcSettings = YKC_SETTINGS,
): PileProtocol<YkcState, Up, Down> {
  return {
    driver: ykcDriver(settings),
    openCodec(partialMs) {
      const stream = ykcStream(partialMs);
      return {
        stream,
        decode: (raw) => uplinkOf(ykc.read(raw), raw),
        encode: (message) => ykc.encode(message, stream.crcOrder()),
      };
    },
    pileNoOf(message) {
      if (message.name === 'unknown') return headOf(message)?.pileNo;
      return message.body.pileNo ?? undefined;
    },
    isLogin: (message) => message.name === 'login',
  };
}
