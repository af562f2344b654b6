import type { OnCall } from '../ocpp/dialect.ts';
import { isoOf, numberOf, type Payload, partOf, partsOf, textOf } from '../ocpp/payload.ts';
import { answering, job, type Triggered, trigger } from '../ocpp/service.ts';
import type { PileState } from '../ocpp/state.ts';
import { ask, type PileEffect, pileNow, stay } from '../ocpp/step.ts';
import { evseOf, type Handlers, says } from './answers.ts';
import { hasComponent, keyOf, READ_ONLY, reported, reportOf } from './variables.ts';

const LINES_PER_REPORT = 20;
const TRIGGERS: Readonly<Record<string, Triggered>> = {
  BootNotification: 'boot',
  Heartbeat: 'heartbeat',
  MeterValues: 'meter',
  StatusNotification: 'status',
  TransactionEvent: 'meter',
};

/** Names a variable as the request did. */
const nameOf = (item: Payload): Payload => ({
  component: item['component'],
  variable: item['variable'],
});

function missing(state: PileState, item: Payload): string | undefined {
  if (state.settings.has(keyOf(item))) return undefined;
  return hasComponent(state.settings, item) ? 'UnknownVariable' : 'UnknownComponent';
}

/** A report in as many messages as it takes. */
function reports(state: PileState, requestId: number, filter: unknown, nowMs: number) {
  const lines = reportOf(state.settings, filter);
  const pages = Math.max(1, Math.ceil(lines.length / LINES_PER_REPORT));
  return Array.from({ length: pages }, (_, seqNo): PileEffect => {
    const page = lines.slice(seqNo * LINES_PER_REPORT, (seqNo + 1) * LINES_PER_REPORT);
    return ask('told', {
      action: 'NotifyReport',
      payload: {
        requestId,
        generatedAt: isoOf(pileNow(state, nowMs)),
        seqNo,
        tbc: seqNo < pages - 1,
        reportData: page.map(reported),
      },
    });
  });
}

const onReport: OnCall = (state, payload, call, nowMs) => {
  const requestId = numberOf(payload, 'requestId') ?? 0;
  const filter = payload['componentVariable'];
  if (reportOf(state.settings, filter).length === 0) {
    return answering(state, call, { status: 'EmptyResultSet' });
  }
  return answering(state, call, { status: 'Accepted' }, (s) =>
    stay(s, ...reports(s, requestId, filter, nowMs)),
  );
};

const variables: Handlers = {
  GetVariables: () => (state, payload, call) =>
    answering(state, call, {
      getVariableResult: partsOf(payload, 'getVariableData').map((item) => {
        const why = missing(state, item);
        return why === undefined
          ? {
              ...nameOf(item),
              attributeStatus: 'Accepted',
              attributeValue: state.settings.get(keyOf(item)),
            }
          : { ...nameOf(item), attributeStatus: why };
      }),
    }),
  SetVariables: () => (state, payload, call) => {
    const settings = new Map(state.settings);
    let { heartbeatMs } = state;
    const setVariableResult = partsOf(payload, 'setVariableData').map((item) => {
      const why = missing(state, item);
      if (why !== undefined) return { ...nameOf(item), attributeStatus: why };
      const key = keyOf(item);
      if (READ_ONLY.has(key)) return { ...nameOf(item), attributeStatus: 'Rejected' };
      const value = textOf(item, 'attributeValue') ?? '';
      settings.set(key, value);
      if (key === 'OCPPCommCtrlr.HeartbeatInterval' && Number(value) >= 1) {
        heartbeatMs = Number(value) * 1_000;
      }
      return { ...nameOf(item), attributeStatus: 'Accepted' };
    });
    return answering({ ...state, settings, heartbeatMs }, call, { setVariableResult });
  },
  GetBaseReport: () => onReport,
  GetReport: () => onReport,
};

const files: Handlers = {
  UpdateFirmware: () => (state, payload, call) => {
    const request = numberOf(payload, 'requestId') ?? 0;
    const url = textOf(partOf(payload, 'firmware'), 'location') ?? '';
    return answering(state, call, says(true), (s) =>
      stay(
        s,
        ask('told', {
          action: 'FirmwareStatusNotification',
          payload: { status: 'Downloading', requestId: request },
        }),
        job({ job: 'download', url, request }),
      ),
    );
  },
  GetLog: () => (state, payload, call) => {
    const request = numberOf(payload, 'requestId') ?? 0;
    const url = textOf(partOf(payload, 'log'), 'remoteLocation') ?? '';
    return answering(state, call, { status: 'Accepted', filename: 'pile.log' }, (s) =>
      stay(
        s,
        ask('told', {
          action: 'LogStatusNotification',
          payload: { status: 'Uploading', requestId: request },
        }),
        job({ job: 'upload', url, request }),
      ),
    );
  },
  CertificateSigned: () => (state, payload, call) =>
    answering(state, call, says(textOf(payload, 'certificateChain')?.includes('BEGIN') ?? false)),
  InstallCertificate: () => (state, _payload, call) => answering(state, call, says(true)),
  DeleteCertificate: () => (state, _payload, call) =>
    answering(state, call, { status: 'NotFound' }),
  GetInstalledCertificateIds: () => (state, _payload, call) =>
    answering(state, call, { status: 'NotFound' }),
};

const rest: Handlers = {
  TriggerMessage: (dialect) => (state, payload, call, nowMs) => {
    const requested = textOf(payload, 'requestedMessage') ?? '';
    if (requested === 'SignChargingStationCertificate') {
      const commonName = state.setup.pileNo;
      return answering(state, call, says(true), (s) => stay(s, job({ job: 'sign', commonName })));
    }
    const what = TRIGGERS[requested];
    if (what === undefined) return answering(state, call, { status: 'NotImplemented' });
    return answering(state, call, says(true), trigger(dialect, what, evseOf(payload), nowMs));
  },
  DataTransfer: () => (state, payload, call) =>
    answering(state, call, {
      status: textOf(payload, 'vendorId') === 'Holdfast' ? 'Accepted' : 'UnknownVendorId',
    }),
  CostUpdated: () => (state, _payload, call) => answering(state, call, {}),
  SetNetworkProfile: () => (state, _payload, call) => answering(state, call, says(true)),
  CustomerInformation: () => (state, payload, call, nowMs) => {
    const requestId = numberOf(payload, 'requestId') ?? 0;
    return answering(state, call, says(true), (s) =>
      stay(
        s,
        ask('told', {
          action: 'NotifyCustomerInformation',
          payload: {
            data: '',
            seqNo: 0,
            requestId,
            generatedAt: isoOf(pileNow(s, nowMs)),
            tbc: false,
          },
        }),
      ),
    );
  },
  SetDisplayMessage: () => (state, _payload, call) => answering(state, call, says(true)),
  ClearDisplayMessage: () => (state, _payload, call) =>
    answering(state, call, { status: 'Unknown' }),
  GetDisplayMessages: () => (state, _payload, call) =>
    answering(state, call, { status: 'Unknown' }),
};

/** Device model, files, certificates and whatever else is done at once and said to be done. */
export const upkeep: Handlers = { ...variables, ...files, ...rest };
