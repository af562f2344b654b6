import { hex1, hex7, hex8, u8, u16, u32 } from '@holdfast/protocols/kernel/bytes';
import { crc16Modbus } from '@holdfast/protocols/kernel/crc';
import { ProtocolError } from '@holdfast/protocols/kernel/errors';
import type { CrcOrder, YkcBody } from '@holdfast/protocols/ykc/codec';
import { energyStep, moneyStep } from '@holdfast/shared/units';

/** What `decode` gives for a frame of type 0x13. */
export interface RealtimeByHand {
  readonly message: {
    readonly name: 'realtime';
    readonly seq: string;
    readonly body: YkcBody<'realtime'>;
  };
  readonly crc: CrcOrder;
}

const REALTIME_BYTES = 68;
const STATUS = ['offline', 'faulted', 'idle', 'charging'] as const;
const HOMED = ['no', 'yes', 'unsure'] as const;
const YES_NO = ['no', 'yes'] as const;

const celsius = (raw: number): number | null => (raw === 0 ? null : raw - 50);

/** The checksum in either order, as the codec takes it. */
function orderOf(b: Uint8Array): CrcOrder {
  const crc = crc16Modbus(b, 2, REALTIME_BYTES - 2);
  const wire = u16(b, REALTIME_BYTES - 2);
  if (wire === crc) return 'LE';
  if (wire === (((crc & 0xff) << 8) | (crc >>> 8))) return 'BE';
  throw new ProtocolError('bad-checksum', 'by hand');
}

/**
 * The floor of the codec benchmark: one frame type, every offset written out, nothing general. It
 * gives the same object as the table does, and a test holds it to that.
 */
export function decodeRealtimeByHand(b: Uint8Array): RealtimeByHand {
  if (b.length !== REALTIME_BYTES || b[0] !== 0x68 || b[1] !== 64 || b[4] !== 0 || b[5] !== 0x13) {
    throw new ProtocolError('bad-length', 'by hand');
  }
  const crc = orderOf(b);
  const body: YkcBody<'realtime'> = {
    tradeNo: hex8(b, 6) + hex8(b, 14),
    pileNo: hex7(b, 22),
    gunNo: hex1(b, 29),
    status: STATUS[u8(b, 30)] ?? { unknown: u8(b, 30) },
    gunHomed: HOMED[u8(b, 31)] ?? { unknown: u8(b, 31) },
    plugged: YES_NO[u8(b, 32)] ?? { unknown: u8(b, 32) },
    voltage: u16(b, 33),
    current: u16(b, 35),
    cableTemp: celsius(u8(b, 37)),
    cableCode: hex8(b, 38),
    soc: u8(b, 46),
    batteryMaxTemp: celsius(u8(b, 47)),
    chargedMinutes: u16(b, 48),
    remainMinutes: u16(b, 50),
    energy: energyStep(BigInt(u32(b, 52))),
    lossEnergy: energyStep(BigInt(u32(b, 56))),
    amount: moneyStep(BigInt(u32(b, 60))),
    faultBits: u16(b, 64),
  };
  return { message: { name: 'realtime', seq: hex1(b, 2) + hex1(b, 3), body }, crc };
}
