import { fdatasync, openSync, write } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { ykc } from '@holdfast/protocols/ykc/codec';

/*
 * The floor of the order benchmark: frames are split, the bytes of an order are appended to a file
 * that is forced to disk, then the order is confirmed. No ledger, no site, no bill. One write and
 * one fdatasync serve all who wait, as in the ledger. Started with the file's path.
 */

const LOGIN = 0x01;
const ORDER = 0x3b;
const HEADER = 6;

interface Upload {
  readonly socket: Socket;
  readonly frame: Buffer;
}

const file = openSync(process.argv[2] ?? '', 'a');
const [append, force] = [promisify(write), promisify(fdatasync)];
let queue: Upload[] = [];
let writing = false;

function confirm({ socket, frame }: Upload): void {
  const tradeNo = frame.toString('hex', HEADER, HEADER + 16);
  const seq = frame.toString('hex', 2, 4);
  socket.write(ykc.encode({ name: 'orderAck', seq, body: { tradeNo, result: 'stored' } }));
}

async function writeQueue(): Promise<void> {
  writing = true;
  while (queue.length > 0) {
    const group = queue;
    queue = [];
    await append(file, Buffer.concat(group.map(({ frame }) => frame)));
    await force(file);
    for (const upload of group) confirm(upload);
  }
  writing = false;
}

function onFrame(socket: Socket, frame: Buffer): void {
  if (frame[5] === LOGIN) {
    const pileNo = frame.toString('hex', HEADER, HEADER + 7);
    socket.write(
      ykc.encode({ name: 'loginAck', seq: '0000', body: { pileNo, result: 'accepted' } }),
    );
  } else if (frame[5] === ORDER) {
    queue.push({ socket, frame: Buffer.from(frame) });
    if (!writing) void writeQueue();
  }
}

const server = createServer({ noDelay: true }, (socket) => {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    let at = 0;
    for (let end = 0; at + HEADER <= bytes.length; at = end) {
      end = at + 4 + (bytes[at + 1] ?? 0);
      if (end > bytes.length) break;
      onFrame(socket, bytes.subarray(at, end));
    }
    pending = Buffer.from(bytes.subarray(at));
  });
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
process.on('disconnect', () => process.exit());
