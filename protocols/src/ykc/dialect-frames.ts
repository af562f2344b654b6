import { amount, energy, measure, uint } from '../kernel/field.ts';
import { choice } from '../kernel/field-code.ts';
import { ascii, raw } from '../kernel/field-text.ts';
import { cp56 } from '../kernel/field-time.ts';
import { frame } from '../kernel/frame.ts';
import { execution, failOk } from './codes.ts';
import { connector, frames, orderFigures, session } from './frames.ts';

const { pileNo } = connector;

/** 易联桩 V1.8.22: what it adds to V1.6, and what it lays out otherwise (ykc.md §11). */
export const ylcFrames = {
  heartbeat: frame({
    ...frames.heartbeat,
    body: { ...frames.heartbeat.body, storageSoc: uint('桩储能 SOC', 1) },
  }),
  realtime: frame({
    ...frames.realtime,
    body: {
      ...frames.realtime.body,
      sharpElecFee: amount('尖电费'),
      peakElecFee: amount('峰电费'),
      flatElecFee: amount('平电费'),
      valleyElecFee: amount('谷电费'),
      sharpServiceFee: amount('尖服务费'),
      peakServiceFee: amount('峰服务费'),
      flatServiceFee: amount('平服务费'),
      valleyServiceFee: amount('谷服务费'),
      sharpEnergy: energy('尖电量'),
      peakEnergy: energy('峰电量'),
      flatEnergy: energy('平电量'),
      valleyEnergy: energy('谷电量'),
      s2State: choice('S2 状态', { unknown: [0, '未知'], closed: [1, '闭合'], open: [2, '断开'] }),
      extendedFaults: raw('硬件故障码扩展', 32),
    },
  }),
  remoteStart: frame({
    ...frames.remoteStart,
    body: {
      ...frames.remoteStart.body,
      relay: choice('继电器断开', {
        keep: [0, '不断开'],
        open: [1, '断开，等待插枪变化后启动'],
      }),
    },
  }),
  gunPowerAck: frame({
    code: 0x51,
    from: 'pile',
    spec: '易联桩 §9.2',
    title: '充电桩工作参数设置应答',
    body: { pileNo, gunNo: uint('枪号', 1), result: choice('设置结果', failOk) },
  }),
  gunPowerSet: frame({
    code: 0x52,
    from: 'hub',
    spec: '易联桩 §9.1',
    title: '充电桩工作参数设置',
    body: {
      ...connector,
      maxPower: measure('允许最大功率', 2, 'kW', 1),
      priority: uint('指令响应优先级', 1, { note: 'the higher wins' }),
      minutes: uint('限制时间', 2, { note: 'this charge only; 0 until its end' }),
    },
  }),
  vinPlugged: frame({
    code: 0x71,
    from: 'pile',
    spec: '易联桩 §8.17',
    title: '插枪上报 VIN 信息',
    body: { ...connector, soc: uint('SOC', 1), vin: ascii('VIN', 17, 'forward') },
    note: 'Every 3 s until answered, at most four times.',
  }),
  vinPluggedAck: frame({
    code: 0x72,
    from: 'hub',
    spec: '易联桩 §8.18',
    title: '插枪上报 VIN 信息应答',
    body: connector,
  }),
  vinRequest: frame({
    code: 0x73,
    from: 'hub',
    spec: '易联桩 §8.19',
    title: '查询插枪车辆的 VIN 信息',
    body: connector,
  }),
  logUploadAck: frame({
    code: 0x95,
    from: 'pile',
    spec: '易联桩 §11.6',
    title: '远程请求日志应答',
    body: { pileNo, status: frames.otaAck.body.status },
  }),
  logUpload: frame({
    code: 0x96,
    from: 'hub',
    spec: '易联桩 §11.5',
    title: '远程请求日志',
    body: {
      pileNo,
      pileModel: frames.ota.body.pileModel,
      host: ascii('上传服务器地址', 16),
      port: uint('上传服务器端口', 2),
      user: ascii('用户名', 16),
      password: ascii('密码', 16),
      path: ascii('文件路径', 32),
      mode: choice('执行控制', execution),
      timeoutMin: uint('上传超时时间', 1),
    },
  }),
};

/**
 * V1.4, inferred: its history says that V1.5 made the order 0x3B out of 0x3F and changed the length
 * of the meter readings. Nobody has published a frame to check it with, so it is only read where an
 * operator has chosen this dialect.
 */
export const v14Frames = {
  orderV14: frame({
    ...frames.orderV14,
    body: {
      ...session,
      startTime: cp56('开始时间'),
      endTime: cp56('结束时间'),
      ...orderFigures,
      meterStart: energy('电表总起值', 4),
      meterEnd: energy('电表总止值', 4),
    },
    note: 'Inferred, unverified.',
  }),
};
