/**
 * 广汽 `gqaa-profile-0`: every number of the protocol in one place. **Unverified**: no document and no
 * capture of it is public. The frame is that of 南瑞 NYC V1.5 with a sequence and a checksum added; when
 * the maker's document comes, this file and `frames.ts` change, and nothing behind them.
 */
export const PROFILE_0 = {
  id: 'gqaa-profile-0',
  start: 0x68,
  version: 0x10,
  frameBytesMax: 4_096,
  /** The byte after VER. */
  encryption: { plain: 0x00, aes128Cbc: 0x01, sm4Cbc: 0x02 },
  /** Before the cipher text of a body. */
  ivBytes: 16,
  keyBytes: 16,
  /** 传送原因: what a pile says by itself, what the platform asks for, and the answers of both. */
  cot: {
    spontaneous: 0x01,
    command: 0x03,
    ok: 0x04,
    refused: 0x10,
    undecipherable: 0x11,
    unserved: 0x12,
  },
  types: {
    login: 0x01,
    heartbeat: 0x03,
    call: 0x10,
    telemetry: 0x11,
    state: 0x12,
    alarm: 0x13,
    bms: 0x20,
    ask: 0x31,
    start: 0x41,
    stop: 0x42,
    limit: 0x43,
    priceModel: 0x50,
    order: 0x51,
    recall: 0x52,
    clock: 0x60,
    ota: 0x70,
    log: 0x71,
  },
  /** Both sides send one so often … */
  heartbeatSeconds: 10,
  /** … and take the other for dead after so long without any frame. */
  silenceSeconds: 30,
  telemetrySeconds: { charging: 1, idle: 30 },
  /** What nobody has acknowledged is sent again after each of these, then given up. */
  resendMs: [1_000, 2_000, 4_000, 8_000],
  /** No limit of ours, in a power set-point. */
  noLimitW: 0xffff_ffff,
  /** A partial frame is given up after so long. */
  partialMs: 8_000,
} as const;

/** Whether a cause of transmission is that of an answer. */
export const isAnswer = (cot: number): boolean =>
  cot === PROFILE_0.cot.ok || cot >= PROFILE_0.cot.refused;

const COT_TEXT: Readonly<Record<number, string>> = {
  [PROFILE_0.cot.spontaneous]: '自发 by itself',
  [PROFILE_0.cot.command]: '请求 command',
  [PROFILE_0.cot.ok]: '确认 done',
  [PROFILE_0.cot.refused]: '拒绝 refused',
  [PROFILE_0.cot.undecipherable]: '解密失败 cannot be deciphered',
  [PROFILE_0.cot.unserved]: '未登录 not served',
};

/** What a cause of transmission says. */
export const cotText = (cot: number): string | undefined => COT_TEXT[cot];
