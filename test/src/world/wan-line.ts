import net from 'node:net';

/** The line between a site and the hub: a TCP relay that can be cut. */
export interface WanLine {
  readonly port: number;
  readonly isUp: () => boolean;
  readonly cut: () => void;
  readonly restore: () => void;
  readonly close: () => Promise<void>;
}

/** Several lines of one site as one: they are cut and restored together. */
export const joinLines = (lines: readonly WanLine[]): Omit<WanLine, 'port'> => ({
  isUp: () => lines.every((line) => line.isUp()),
  cut() {
    for (const line of lines) line.cut();
  },
  restore() {
    for (const line of lines) line.restore();
  },
  async close() {
    await Promise.all(lines.map((line) => line.close()));
  },
});

/** Cut means cut: what is open breaks without a farewell, and nobody gets through until it is restored. */
export async function wanLine(to: {
  readonly host: string;
  readonly port: number;
}): Promise<WanLine> {
  let up = true;
  const open = new Set<net.Socket>();
  const server = net.createServer((near) => {
    if (!up) {
      near.resetAndDestroy();
      return;
    }
    const far = net.connect(to);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const breakAll = (): void => {
    for (const socket of open) socket.resetAndDestroy();
    open.clear();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    isUp: () => up,
    cut() {
      up = false;
      breakAll();
    },
    restore() {
      up = true;
    },
    async close() {
      breakAll();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
