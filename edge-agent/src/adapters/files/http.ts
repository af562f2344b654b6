import type { AddressInfo } from 'node:net';
import multipart from '@fastify/multipart';
import { FaultError } from '@holdfast/shared/errors/fault';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { FileJob, Jobs } from '../../files/jobs.ts';
import type { Cabinet } from '../../ports/files.ts';
import type { SiteLog } from '../../site/log.ts';

export interface FileHttpOptions {
  readonly host: string;
  readonly port: number;
  readonly fileBytes: number;
  readonly jobs: Jobs;
  readonly cabinet: Cabinet;
  readonly log: SiteLog;
}

export interface FileServer {
  readonly start: () => Promise<AddressInfo>;
  readonly stop: () => Promise<void>;
}

/** A slow pile on a thin line may take an hour for its firmware. */
const REQUEST_MS = 3_600_000;
const FROM = /^bytes=(\d{1,15})-$/;

interface Params {
  readonly user?: string;
  readonly password?: string;
  readonly name?: string;
  readonly '*'?: string;
}

/** Credentials in the path, or in the header where the pile moves them there. */
function credentialsOf({ params, headers }: FastifyRequest): readonly [string, string] {
  const { user, password } = params as Params;
  if (user !== undefined && password !== undefined) return [user, password];
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const [name = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return [name, rest.join(':')];
}

function jobOf(jobs: Jobs, request: FastifyRequest, does: FileJob['does']): FileJob {
  const [user, password] = credentialsOf(request);
  const job = jobs.admit(user, password, request.ip);
  if (job === undefined) throw new FaultError('login-failed', 'no such job, or it is over');
  if (job.does !== does) throw new FaultError('forbidden', `this job is to ${job.does} a file`);
  if (!jobs.use(user)) throw new FaultError('forbidden', 'this job has been used up');
  return job;
}

/** What a pile sends: the body as it is, or the first file of a form. */
async function contentOf(request: FastifyRequest): Promise<AsyncIterable<Uint8Array>> {
  if (!request.isMultipart()) return request.body as AsyncIterable<Uint8Array>;
  const part = await request.file();
  if (part === undefined) throw new FaultError('invalid-input', 'the form has no file');
  return part.file;
}

const nameOf = ({ params }: FastifyRequest): string => {
  const { name, '*': rest } = params as Params;
  return decodeURIComponent(name ?? rest ?? '').replace(/^.*\//, '') || 'upload';
};

function routes(app: FastifyInstance, { jobs, cabinet, log }: FileHttpOptions): void {
  const fetch = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const job = jobOf(jobs, request, 'fetch');
    const file = job.fileId === null ? undefined : await cabinet.find(job.fileId);
    if (file === undefined) throw new FaultError('not-found', 'the file is gone');
    const from = Number(FROM.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from > file.bytes) return await reply.code(416).send();
    if (from > 0) {
      void reply.code(206).header('content-range', `bytes ${from}-${file.bytes - 1}/${file.bytes}`);
    }
    void reply
      .type('application/octet-stream')
      .header('accept-ranges', 'bytes')
      .header('content-length', file.bytes - from);
    log.info({ pile: job.pileNo, file: file.name, from }, 'file-fetched');
    return await reply.send(request.method === 'HEAD' ? '' : cabinet.read(file.id, from));
  };
  const bring = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const job = jobOf(jobs, request, 'bring');
    const { pileNo } = job;
    const file = await cabinet.keep(
      { kind: 'received', name: nameOf(request), pileNo },
      await contentOf(request),
    );
    jobs.brought(job.user, file.id);
    log.info({ pile: pileNo, file: file.name, bytes: file.bytes }, 'file-brought');
    return await reply.code(201).send();
  };
  for (const url of ['/f/:user/:password/:name', '/f/:name']) {
    app.route({ method: ['GET', 'HEAD'], url, handler: fetch });
  }
  for (const url of ['/f/:user/:password/*', '/f/*', '/f']) {
    app.route({ method: ['PUT', 'POST'], url, handler: bring });
  }
}

/** Where piles fetch and bring files over HTTP; it knows nothing but open jobs. */
export async function fileHttp(options: FileHttpOptions): Promise<FileServer> {
  const { host, port, fileBytes } = options;
  const app = fastify({
    bodyLimit: fileBytes,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });
  app.removeAllContentTypeParsers();
  await app.register(multipart, { limits: { files: 1, fileSize: fileBytes } });
  // Handed on as it comes: the cabinet counts the bytes.
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof FaultError ? STATUS[error.code] : undefined;
    if (status === undefined) options.log.error({ err: error }, 'file-failed');
    return reply.code(status ?? 500).send();
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send());
  routes(app, options);
  return {
    async start() {
      await app.listen({ host, port }).catch((error: unknown) => {
        throw new FaultError('address-taken', `${host}:${port}`, error);
      });
      const address = app.server.address();
      if (address === null || typeof address === 'string') {
        throw new FaultError('address-taken', `${host}:${port}`);
      }
      return address;
    },
    stop: () => app.close(),
  };
}

/** A pile reads only the number. */
const STATUS: Readonly<Partial<Record<FaultError['code'], number>>> = {
  'login-failed': 401,
  forbidden: 403,
  'not-found': 404,
  'invalid-input': 400,
  'file-too-large': 413,
  'files-full': 507,
};
