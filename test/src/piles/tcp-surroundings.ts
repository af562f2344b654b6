import net from 'node:net';
import tls from 'node:tls';
import type { PileTime, Surroundings } from './surroundings.ts';

/** The machine's own time. */
export const realTime: PileTime = {
  nowMs: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/** The key that a pile proves itself with (TLS-PSK). */
export interface PskClient {
  readonly identity: string;
  readonly keyHex: string;
}

const PSK_CIPHERS = 'PSK-AES128-GCM-SHA256:PSK-AES128-CBC-SHA256';

/** As small controllers do it: TLS 1.2, one key, no certificate on either side. */
function securely(to: Address, { identity, keyHex }: PskClient): tls.TLSSocket {
  const psk = Buffer.from(keyHex, 'hex');
  const socket = tls.connect({
    ...to,
    ciphers: PSK_CIPHERS,
    maxVersion: 'TLSv1.2',
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk, identity }),
  });
  socket.setNoDelay(true);
  return socket;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Real time and real TCP to one platform; with a key, over TLS. */
export const tcpSurroundings = (to: Address, key?: PskClient): Surroundings => ({
  time: realTime,
  open(events) {
    const socket = key === undefined ? net.connect({ ...to, noDelay: true }) : securely(to, key);
    socket.on(key === undefined ? 'connect' : 'secureConnect', events.connected);
    socket.on('data', events.received);
    socket.on('error', () => socket.destroy());
    socket.on('close', events.disconnected);
    return {
      write(bytes) {
        if (!socket.destroyed) socket.write(bytes);
      },
      end: () => void socket.end(),
      destroy: () => void socket.destroy(),
    };
  },
});
