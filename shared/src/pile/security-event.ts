/** How soon a person should look: some day, today, now. */
export type SecuritySeverity = 'notice' | 'warning' | 'critical';

interface SecurityEventEntry {
  readonly severity: SecuritySeverity;
  /** Its name in the OCPP list of security events, where that has one. */
  readonly standard: string | null;
  readonly zh: string;
  readonly en: string;
}

/** Every security event: how grave it is, and what it means in both languages. */
export const SECURITY_EVENTS = {
  'failed-to-authenticate': {
    severity: 'warning',
    standard: 'FailedToAuthenticateAtCsms',
    zh: '桩的口令、密钥或证书不对，连接被拒绝。',
    en: 'A pile came with a wrong password, key or certificate and was refused.',
  },
  'locked-out': {
    severity: 'warning',
    standard: null,
    zh: '多次认证失败，该地址或桩号被暂时锁定。',
    en: 'Too many failed attempts: this address or pile number has to wait.',
  },
  'address-refused': {
    severity: 'warning',
    standard: null,
    zh: '来源地址不在允许名单内，连接被拒绝。',
    en: 'The address is on no allow list; the connection was refused.',
  },
  'profile-too-low': {
    severity: 'warning',
    standard: null,
    zh: '桩的连接方式低于为它要求的安全等级，连接被拒绝。',
    en: 'The pile came with less security than it must have and was refused.',
  },
  'unknown-pile': {
    severity: 'notice',
    standard: null,
    zh: '未知的桩尝试连接，等待接纳。',
    en: 'An unknown pile tried to connect; it waits for adoption.',
  },
  'duplicate-identity': {
    severity: 'critical',
    standard: null,
    zh: '两个连接自称同一个桩，且来自不同地址。可能有人冒充。',
    en: 'Two connections from different addresses say that they are the same pile.',
  },
  flapping: {
    severity: 'warning',
    standard: null,
    zh: '桩在短时间内反复断开重连。',
    en: 'The pile connects and disconnects again and again.',
  },
  flood: {
    severity: 'warning',
    standard: null,
    zh: '桩发送消息过于频繁，已限流或断开。',
    en: 'The pile sends too many messages; it was slowed down or disconnected.',
  },
  'handshake-flood': {
    severity: 'warning',
    standard: null,
    zh: '同一地址建立连接过于频繁，部分被拒绝。',
    en: 'One address opens connections too fast; some were refused.',
  },
  'slow-handshake': {
    severity: 'notice',
    standard: null,
    zh: '连接没有在规定时间内完成握手，已断开。',
    en: 'A connection did not finish its handshake in time and was closed.',
  },
  'oversized-frame': {
    severity: 'warning',
    standard: null,
    zh: '桩发送的消息超过长度上限，连接已断开。',
    en: 'A message was longer than allowed; the connection was closed.',
  },
  'deflate-bomb': {
    severity: 'critical',
    standard: null,
    zh: '压缩消息解压后超过上限（压缩炸弹），连接已断开。',
    en: 'A compressed message unpacks to more than allowed; the connection was closed.',
  },
  'invalid-messages': {
    severity: 'warning',
    standard: 'InvalidMessages',
    zh: '桩反复发送无法理解的消息，连接已断开。',
    en: 'A connection brought too many messages that cannot be read and was closed.',
  },
  'replay-attempted': {
    severity: 'critical',
    standard: 'AttemptedReplayAttacks',
    zh: '收到重放的旧消息。',
    en: 'An old message was played again.',
  },
  'invalid-tls-version': {
    severity: 'warning',
    standard: 'InvalidTLSVersion',
    zh: '桩使用的 TLS 版本过低，连接被拒绝。',
    en: 'The pile speaks a TLS version that is too old and was refused.',
  },
  'invalid-tls-cipher': {
    severity: 'warning',
    standard: 'InvalidTLSCipherSuite',
    zh: '桩没有可接受的 TLS 加密套件，连接被拒绝。',
    en: 'The pile offers no acceptable TLS cipher suite and was refused.',
  },
  'tls-failed': {
    severity: 'notice',
    standard: null,
    zh: 'TLS 握手失败。',
    en: 'A TLS handshake failed.',
  },
  'invalid-pile-certificate': {
    severity: 'critical',
    standard: 'InvalidChargingStationCertificate',
    zh: '桩的证书无效、过期、被吊销或不属于该桩，连接被拒绝。',
    en: 'The certificate of the pile is invalid, expired, revoked or of another pile.',
  },
  'certificate-request-refused': {
    severity: 'warning',
    standard: null,
    zh: '桩的证书申请不符合要求，没有签发。',
    en: 'A pile asked for a certificate that it may not have; none was issued.',
  },
  'certificate-issued': {
    severity: 'notice',
    standard: null,
    zh: '已为桩签发新证书。',
    en: 'A certificate was issued for the pile.',
  },
  'certificate-revoked': {
    severity: 'notice',
    standard: null,
    zh: '证书已吊销。',
    en: 'A certificate was revoked.',
  },
  'certificate-expires-soon': {
    severity: 'warning',
    standard: null,
    zh: '证书即将到期，请尽快更新。',
    en: 'A certificate expires soon. Renew it.',
  },
  'certificate-expired': {
    severity: 'critical',
    standard: null,
    zh: '证书已过期。',
    en: 'A certificate has expired.',
  },
  'credential-changed': {
    severity: 'notice',
    standard: null,
    zh: '桩的口令或密钥已更换。',
    en: 'The password or key of the pile was changed.',
  },
  'credential-learned': {
    severity: 'notice',
    standard: null,
    zh: '接纳桩之后，记下了它第一次使用的口令。',
    en: 'The pile was adopted, and the password that it came with is now its own.',
  },
  'identity-mismatch': {
    severity: 'critical',
    standard: null,
    zh: '登录的桩号与 TLS 密钥或证书所属的桩不一致，连接被拒绝。',
    en: 'The pile says another number than its TLS key or certificate is of; it was refused.',
  },
  'reported-by-pile': {
    severity: 'notice',
    standard: null,
    zh: '桩上报了一个安全事件，见详情。',
    en: 'The pile reported a security event of its own; see the detail.',
  },
} as const satisfies Readonly<Record<string, SecurityEventEntry>>;

export type SecurityCode = keyof typeof SECURITY_EVENTS;

/** Something at the piles' doors that a person should know of; the same for every protocol. */
export interface SecurityEvent {
  readonly code: SecurityCode;
  /** As it was claimed: whoever was refused may have made it up. `null`: nobody said. */
  readonly pileNo: string | null;
  /** Where it came from, without the port; `null`: from nowhere in particular. */
  readonly address: string | null;
  /** For a person; holds no secret. */
  readonly detail: string;
}
