import type { Priority } from './port.ts';

/** What a call is worth while others wait, and how long its answer may take. */
export interface Urgency {
  readonly priority: Priority;
  readonly timeoutMs: number;
}

const START_STOP_MS = 20_000;
const CONFIG_MS = 30_000;
const REPORT_MS = 60_000;

const URGENT: Urgency = { priority: 'urgent', timeoutMs: START_STOP_MS };
const CONFIG: Urgency = { priority: 'normal', timeoutMs: CONFIG_MS };
const POLL: Urgency = { priority: 'background', timeoutMs: CONFIG_MS };
const REPORT: Urgency = { priority: 'background', timeoutMs: REPORT_MS };

/** What a person or a breaker waits for comes first; what only fills a page comes last. */
const BY_ACTION: Readonly<Record<string, Urgency>> = {
  RemoteStartTransaction: URGENT,
  RemoteStopTransaction: URGENT,
  RequestStartTransaction: URGENT,
  RequestStopTransaction: URGENT,
  UnlockConnector: URGENT,
  Reset: URGENT,
  SetChargingProfile: URGENT,
  ClearChargingProfile: URGENT,
  UpdateDynamicSchedule: URGENT,
  AFRRSignal: URGENT,
  GetConfiguration: POLL,
  GetVariables: POLL,
  GetLocalListVersion: POLL,
  GetInstalledCertificateIds: POLL,
  GetTransactionStatus: POLL,
  GetCompositeSchedule: POLL,
  GetBaseReport: REPORT,
  GetReport: REPORT,
  GetMonitoringReport: REPORT,
  GetChargingProfiles: REPORT,
  GetDisplayMessages: REPORT,
  CustomerInformation: REPORT,
  GetLog: REPORT,
  GetDiagnostics: REPORT,
  SendLocalList: REPORT,
};

/** A station's calls, and whatever is not named: normal, 30 seconds. */
export const urgencyOf = (action: string): Urgency => BY_ACTION[action] ?? CONFIG;
