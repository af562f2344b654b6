import { CENTRAL_ACTIONS, STATION_ACTIONS } from '@holdfast/protocols/ocpp/actions';
import {
  type PayloadReading,
  type ReadMode,
  readRequest,
  readResponse,
} from '@holdfast/protocols/ocpp/reading';
import { type RpcFrame, readFrame } from '@holdfast/protocols/ocpp/rpc/frame';
import { codeOf, faultsIn, type MessageKind, schemaOf } from '@holdfast/protocols/ocpp/schemas';
import { OCPP_VERSIONS, type OcppVersion, subprotocolOf } from '@holdfast/protocols/ocpp/version';
import type { FrameProtocol, FrameReader, Reading } from './protocol.ts';

/** Calls whose answers may follow in the same input. */
const CALLS_MAX = 10_000;

const TYPES = {
  call: 'CALL',
  send: 'SEND',
  result: 'CALLRESULT',
  error: 'CALLERROR',
  resultError: 'CALLRESULTERROR',
} as const;

type Message = Extract<RpcFrame, { is: keyof typeof TYPES }>;

const wayOf = (version: OcppVersion, action: string): string => {
  const [station, central]: (readonly string[])[] = [
    STATION_ACTIONS[version],
    CENTRAL_ACTIONS[version],
  ];
  const isBoth = station?.includes(action) && central?.includes(action);
  if (isBoth) return '双向 both ways';
  return station?.includes(action) ? '桩→平台 station→central' : '平台→桩 central→station';
};

/** What a payload is against its schema, in words. */
function judged(
  version: OcppVersion,
  action: string,
  kind: MessageKind,
  payload: Readonly<Record<string, unknown>>,
  mode: ReadMode,
): Readonly<Record<string, unknown>> & { readonly ok: boolean } {
  const read: PayloadReading = (kind === 'request' ? readRequest : readResponse)(
    version,
    action,
    payload,
    mode,
  );
  if (read.ok) {
    const { deviations } = read;
    return { ok: true, payload: read.payload, ...(deviations.length > 0 && { deviations }) };
  }
  const faults = faultsIn(version, action, kind, payload) ?? [];
  return {
    ok: false,
    error: read.code,
    hint: read.description,
    faults: faults.map((fault) => `${codeOf(fault)}: ${fault.path || '/'} ${fault.message}`),
    payload,
  };
}

function messageReader(version: OcppVersion, mode: ReadMode): (text: string) => Reading {
  const calls = new Map<string, string>();
  const readMessage = (frame: Message): Reading => {
    const { id, odd } = frame;
    const head = { type: TYPES[frame.is], id: id.key, ...(odd.length > 0 && { notes: odd }) };
    if (frame.is === 'error' || frame.is === 'resultError') {
      const { code, description, details } = frame;
      const action = calls.get(id.key);
      return {
        ok: true,
        ...head,
        ...(action !== undefined && { action }),
        code,
        description,
        details,
      };
    }
    if (frame.is === 'result') {
      const action = calls.get(id.key);
      const { payload } = frame;
      if (action === undefined) return { ok: true, ...head, payload };
      const { ok, ...rest } = judged(version, action, 'response', payload, mode);
      return { ok, ...head, action, ...rest };
    }
    const { action, payload } = frame;
    if (calls.size < CALLS_MAX) calls.set(id.key, action);
    const { ok, ...rest } = judged(version, action, 'request', payload, mode);
    return { ok, ...head, action, ...rest };
  };
  return (text) => {
    const frame = readFrame(text, version);
    if (frame.is === 'empty') return { ok: false, error: 'empty', hint: 'no frame 空报文' };
    if (frame.is === 'unknown-type') {
      const hint = `${subprotocolOf(version)} has no message type ${frame.type} 无此消息类型`;
      return { ok: false, error: 'unknown-type', hint, text: frame.text };
    }
    if (frame.is !== 'bad') return readMessage(frame);
    const { why, text: seen, answer } = frame;
    return { ok: false, error: answer?.code ?? 'bad-frame', hint: why, text: seen };
  };
}

const isWhole = (text: string): boolean => {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
};

function listOf(version: OcppVersion): string {
  const actions = new Set<string>([...STATION_ACTIONS[version], ...CENTRAL_ACTIONS[version]]);
  return [...actions]
    .toSorted()
    .map((action) => `${action.padEnd(34)} ${wayOf(version, action)}`)
    .join('\n');
}

/** The JSON schemas of both directions, as they are. */
function describe(version: OcppVersion, action: string): string | undefined {
  const request = schemaOf(version, action, 'request');
  if (request === undefined) return undefined;
  const response = schemaOf(version, action, 'response');
  return JSON.stringify({ action, way: wayOf(version, action), request, response }, null, 2);
}

const protocolOf = (version: OcppVersion): FrameProtocol => {
  const name = subprotocolOf(version);
  return {
    name,
    title: `OCPP-J ${version}`,
    written: 'json',
    examples: [
      `${name} '[2,"1","Heartbeat",{}]'`,
      `${name} --dialect tolerant --pretty < frames.log`,
      `${name} --type BootNotification`,
    ],
    notes: [
      'An answer is checked when its call stands before it in the same input.',
      '应答仅在其请求先出现于同一输入时校验。',
    ],
    aType: 'BootNotification',
    dialects: [
      { id: 'strict', text: '严格: as the standard has it' },
      { id: 'tolerant', text: '宽容: repaired as the edge agent does, with what was odd' },
    ],
    open(dialect): FrameReader {
      const read = messageReader(version, dialect === 'tolerant' ? 'tolerant' : 'strict');
      return {
        read: (text) => [read(text)],
        isWhole,
        list: () => listOf(version),
        describe: (type) => describe(version, type),
      };
    },
  };
};

/** One subcommand for each version, the oldest first. */
export const OCPP_FRAMES: readonly FrameProtocol[] = OCPP_VERSIONS.toReversed().map(protocolOf);
