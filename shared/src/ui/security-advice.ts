import type { SecurityCode } from '../pile/security-event.ts';

interface Advice {
  readonly zh: string;
  readonly en: string;
}

/** What a technician does about each security event. */
const ADVICE: Readonly<Record<SecurityCode, Advice>> = {
  'failed-to-authenticate': {
    zh: '在桩上核对口令（或密钥、证书）与这里登记的是否一致；若这台桩没人在调试，就查来源地址是谁。',
    en: 'Compare the password, key or certificate in the pile with the one here. If nobody is working on the pile, find out whose address it is.',
  },
  'locked-out': {
    zh: '先改正桩上的口令，再等锁定时间过去；桩会自己重连。反复出现则查来源地址。',
    en: 'Mend the password in the pile, then wait until the lock ends; the pile comes back by itself. If it goes on, find out whose address it is.',
  },
  'address-refused': {
    zh: '若是自己的桩换了网络，把新地址加入允许名单；否则不用处理，连接已被挡住。',
    en: 'If a pile of yours has moved to another network, put its address on the list. Otherwise it was kept out; nothing to do.',
  },
  'profile-too-low': {
    zh: '在桩上启用 TLS 和口令（或证书）；确实做不到时，再在配置里降低对它的要求。',
    en: 'Switch TLS and the password or certificate on in the pile. Only if it cannot do that, ask less of it in the configuration.',
  },
  'unknown-pile': {
    zh: '是新装的桩，就在“充电桩”页接纳；桩号写错的，在桩上改正。',
    en: 'If it is a new pile of yours, adopt it on the page Piles. If its number is wrong, correct it in the pile.',
  },
  'duplicate-identity': {
    zh: '到现场确认是否有两台桩设了同一桩号；都不是自己的桩时，立即更换该桩口令。',
    en: 'See on site whether two piles have the same number set. If one of the two is not yours, change the password of the pile now.',
  },
  flapping: {
    zh: '检查桩的网线、SIM 卡信号和供电；心跳间隔过短或防火墙断连也会这样。',
    en: 'Check cable, SIM signal and power of the pile; a firewall that cuts idle connections looks the same.',
  },
  flood: {
    zh: '看“工程师”页该桩在发什么；多半是上报间隔设得太短或程序有缺陷，改设置或升级程序。',
    en: 'Look on the page Engineer what it sends. Mostly an interval is set too short or the firmware is faulty: change the setting or update it.',
  },
  'handshake-flood': {
    zh: '同一出口后面桩很多时，调大限值；否则查来源地址并在路由器上挡住。',
    en: 'If many piles share this address, raise the limit. Otherwise find out whose it is and block it at the router.',
  },
  'slow-handshake': {
    zh: '偶尔一次不用管，多为信号差；很多次来自同一地址时，在路由器上挡住。',
    en: 'Now and then: nothing to do, the signal was poor. Many from one address: block it at the router.',
  },
  'oversized-frame': {
    zh: '看是哪台桩、什么报文；正常桩不会这样，升级程序或联系厂家。',
    en: 'See which pile and what it sends. A sound pile does not do this: update it, or ask its maker.',
  },
  'deflate-bomb': {
    zh: '不是正常桩的行为。断开该桩，更换口令，查来源地址。',
    en: 'No sound pile does this. Disconnect it, change its password, find out whose address it is.',
  },
  'invalid-messages': {
    zh: '核对桩的协议和版本是否设对，再看最新报文；不是桩的来源就挡住。',
    en: 'Check that the pile is set to the right protocol and version, then look at its messages. Block what is no pile.',
  },
  'replay-attempted': {
    zh: '检查桩的时钟和程序；排除后按有人截取报文处理，更换密钥。',
    en: 'Check the clock and firmware of the pile. If they are sound, somebody has recorded its messages: change the key.',
  },
  'invalid-tls-version': {
    zh: '升级桩的程序以支持 TLS 1.2；暂时做不到时，可只对该前端允许旧版本。',
    en: 'Update the pile so that it speaks TLS 1.2. Until then its front alone may allow older versions.',
  },
  'invalid-tls-cipher': {
    zh: '升级桩的程序；旧桩可只对该前端允许旧套件。',
    en: 'Update the pile. For an old one, its front alone may allow older suites.',
  },
  'tls-failed': {
    zh: '看详情。常见原因：桩里没有装根证书，或桩的时钟不对。',
    en: 'See the detail. Mostly the root certificate is missing in the pile, or its clock is wrong.',
  },
  'invalid-pile-certificate': {
    zh: '看详情是过期、吊销还是别的桩的；给桩换发证书。被吊销的证书又出现，说明它已泄露。',
    en: 'The detail says whether it is expired, revoked or of another pile. Issue a new one. A revoked one that comes again has leaked.',
  },
  'certificate-request-refused': {
    zh: '看详情。桩号、组织名或密钥长度不符时，在桩上改正后重新申请。',
    en: 'See the detail: correct number, organisation or key length in the pile, and let it ask again.',
  },
  'certificate-issued': {
    zh: '不用处理。没有人更换过这台桩的证书时，才需要查。',
    en: 'Nothing to do, unless nobody meant to renew this pile’s certificate.',
  },
  'certificate-revoked': {
    zh: '确认桩已换上新证书，否则它连不上。',
    en: 'See that the pile has a new certificate; it cannot connect without.',
  },
  'certificate-expires-soon': {
    zh: '在到期前让桩更新证书；自己配置的证书要手工替换。',
    en: 'Have the pile renew it before it ends; one that you configured yourself is replaced by hand.',
  },
  'certificate-expired': {
    zh: '立即换发证书；在此之前，校验证书的桩连不上。',
    en: 'Replace it now; until then piles that check it cannot connect.',
  },
  'credential-changed': {
    zh: '不用处理。不是自己人改的，就立即再改一次并查操作记录。',
    en: 'Nothing to do. If nobody of yours changed it, change it again now and look who did.',
  },
  'credential-learned': {
    zh: '不用处理；若怀疑接纳错了桩，给它换一个口令。',
    en: 'Nothing to do. If you doubt that the right pile was adopted, give it another password.',
  },
  'identity-mismatch': {
    zh: '核对桩号与密钥（证书）的登记；是换过主板的桩就重新登记，否则按冒充处理。',
    en: 'Compare the number of the pile with the one its key is of. If its board was exchanged, enter it anew; otherwise somebody pretends.',
  },
  'reported-by-pile': {
    zh: '看详情，按桩厂家的说明处理。',
    en: 'See the detail, and do what the maker of the pile says.',
  },
};

const isCode = (code: string): code is SecurityCode => Object.hasOwn(ADVICE, code);

/** What to do about an event; a newer edge may know some that this page does not. */
export const adviceOf = (code: string): Advice =>
  isCode(code) ? ADVICE[code] : { zh: '看详情。', en: 'See the detail.' };
