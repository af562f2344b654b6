import { WebSocket } from 'ws';
import { realTime } from '../tcp-surroundings.ts';
import { keyAndRequest } from './csr.ts';
import type { Job } from './state.ts';
import type { OcppSurroundings } from './surroundings.ts';

const FILE_MS = 20_000;
const OPEN_MS = 20_000;

async function carryOut(job: Job): Promise<{ readonly done: boolean; readonly text: string }> {
  if (job.job === 'sign') return { done: true, text: keyAndRequest(job.commonName).request };
  try {
    const url = new URL(job.url);
    const headers = new Headers();
    if (url.username !== '') {
      const who = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
      headers.set('authorization', `Basic ${Buffer.from(who).toString('base64')}`);
      url.username = '';
      url.password = '';
    }
    const signal = AbortSignal.timeout(FILE_MS);
    const answer =
      job.job === 'download'
        ? await fetch(url, { headers, signal })
        : await fetch(url, { method: 'PUT', headers, signal, body: 'virtual pile: all is well\n' });
    const text = await answer.text();
    return { done: answer.ok, text };
  } catch (error) {
    return { done: false, text: String(error) };
  }
}

/** What a pile trusts and shows when it connects over TLS. */
export interface TlsClient {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

const SUBPROTOCOL = { '1.6': 'ocpp1.6', '2.0.1': 'ocpp2.0.1', '2.1': 'ocpp2.1' } as const;

/** Real time and real WebSockets below one URL, `ws://host:port/ocpp`. */
export const wsSurroundings = (url: string, tls?: TlsClient): OcppSurroundings => ({
  time: realTime,
  carryOut,
  open({ identity, version, password }, events) {
    const socket = new WebSocket(`${url}/${encodeURIComponent(identity)}`, [SUBPROTOCOL[version]], {
      handshakeTimeout: OPEN_MS,
      ...(password === null ? {} : { auth: `${identity}:${password}` }),
      ...tls,
    });
    socket.on('open', events.connected);
    socket.on('message', (data: Buffer) => events.received(data.toString()));
    socket.on('error', () => socket.terminate());
    socket.on('close', events.disconnected);
    return {
      write(text) {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      end: () => socket.close(),
      destroy: () => socket.terminate(),
    };
  },
});
