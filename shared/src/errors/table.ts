/** Every fault that a user can meet: HTTP status, whether trying again helps, and what to do, in both languages. */
export interface FaultEntry {
  readonly status: number;
  readonly retry: boolean;
  readonly zh: string;
  readonly en: string;
}

export const FAULTS = {
  'not-found': {
    status: 404,
    retry: false,
    zh: '没有找到，请核对编号。',
    en: 'Nothing has this number. Check it and ask again.',
  },
  'invalid-input': {
    status: 400,
    retry: false,
    zh: '输入有误，请按提示修改。',
    en: 'The input does not fit. Mend the fields named in the errors.',
  },
  'not-logged-in': { status: 401, retry: false, zh: '请先登录。', en: 'Log in first.' },
  'login-failed': {
    status: 401,
    retry: false,
    zh: '用户名或密码不对。',
    en: 'User name or password is wrong.',
  },
  forbidden: {
    status: 403,
    retry: false,
    zh: '没有此操作的权限。',
    en: 'Your role may not do this.',
  },
  'too-many-requests': {
    status: 429,
    retry: true,
    zh: '请求太频繁，请稍候再试。',
    en: 'Too many requests. Wait a little and try again.',
  },
  'too-large': {
    status: 413,
    retry: false,
    zh: '请求内容太大。',
    en: 'The request is too large. Send less at a time.',
  },
  'site-offline': {
    status: 409,
    retry: true,
    zh: '场站离线，命令没有下发。请在线后再试。',
    en: 'The site is offline, the command was not sent. Try again when it is back.',
  },
  'pile-offline': {
    status: 409,
    retry: true,
    zh: '桩不在线，请检查桩的网络和电源。',
    en: 'The pile is not connected. Check its network and power.',
  },
  'pile-not-adopted': {
    status: 409,
    retry: false,
    zh: '该桩还没有被接纳，请先在场站接纳它。',
    en: 'The pile waits for adoption. Adopt it at the site first.',
  },
  'connector-busy': {
    status: 409,
    retry: false,
    zh: '枪正在充电或有未结订单。',
    en: 'The connector is charging or has an open order.',
  },
  'not-charging': {
    status: 409,
    retry: false,
    zh: '枪没有在充电。',
    en: 'The connector is not charging.',
  },
  'no-tariff': {
    status: 409,
    retry: false,
    zh: '场站没有可用的计费模型，不能开始充电。',
    en: 'The site has no tariff, so no charge can start. Configure one.',
  },
  'file-too-large': {
    status: 413,
    retry: false,
    zh: '文件超过大小限制，没有保存。',
    en: 'The file is larger than the limit; nothing was kept.',
  },
  'files-full': {
    status: 507,
    retry: true,
    zh: '文件空间已满，请先删除不用的文件。',
    en: 'The space for files is full. Delete files that are no longer needed.',
  },
  'file-cut': {
    status: 409,
    retry: true,
    zh: '文件传输中断，没有保存。请重试。',
    en: 'The transfer broke off; nothing was kept. Try again.',
  },
  'ledger-full': {
    status: 507,
    retry: true,
    zh: '存储空间不足，暂不接受新的充电；正在充电的不受影响。',
    en: 'The disk is full: no new charges until space is made; running ones go on.',
  },
  'ledger-failed': {
    status: 500,
    retry: true,
    zh: '账本写入失败，没有保存。请检查磁盘。',
    en: 'The ledger could not be written, nothing was saved. Check the disk.',
  },
  'command-expired': {
    status: 409,
    retry: true,
    zh: '命令已过期，没有执行。',
    en: 'The command came too late and was not executed.',
  },
  'broker-unreachable': {
    status: 503,
    retry: true,
    zh: '连接不上消息服务，数据保存在本地，会自动重连。',
    en: 'The broker cannot be reached. Data stays here; the line is tried again by itself.',
  },
  'address-taken': {
    status: 500,
    retry: false,
    zh: '无法在此地址监听。端口被占用：关闭占用它的程序，或在配置中换端口；地址不属于本机：改配置。',
    en: 'Nothing can listen there. If another program has the port, end it or choose another port in the configuration; if the address is not of this machine, mend it there.',
  },
  'config-invalid': {
    status: 400,
    retry: false,
    zh: '配置文件有误，请按列出的各条修改。',
    en: 'The configuration is wrong. Mend every line listed.',
  },
  internal: {
    status: 500,
    retry: true,
    zh: '内部错误，已记录。',
    en: 'An internal error; it has been logged.',
  },
} as const satisfies Record<string, FaultEntry>;

export type FaultCode = keyof typeof FAULTS;
