import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import path from 'node:path';
import type { EdgeConfig } from '../../config.ts';
import { openJobs } from '../../files/jobs.ts';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { FileService } from '../../ports/files.ts';
import type { SiteLog } from '../../site/log.ts';
import { openCabinet } from './cabinet.ts';
import { fileFtp } from './ftp.ts';
import { fileHttp } from './http.ts';

const MEGABYTE = 1_048_576;
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export interface FileServiceOptions {
  readonly config: EdgeConfig;
  readonly files: NonNullable<EdgeConfig['files']>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SiteLog;
}

/** Opens the service and listens. Throws `FaultError('address-taken')`. */
export async function openFileService(options: FileServiceOptions): Promise<FileService> {
  const { config, files, clock, timers, log } = options;
  const cabinet = await openCabinet({
    folder: path.join(config.dataFolder, 'files'),
    fileBytes: files.fileMb * MEGABYTE,
    totalBytes: files.totalMb * MEGABYTE,
    nowMs: clock.nowMs,
  });
  const jobs = openJobs({
    limits: { lifeMs: files.jobHours * 3_600_000 },
    nowMs: clock.nowMs,
    secret: () => randomBytes(12).toString('hex'),
    same: (a, b) => timingSafeEqual(digest(a), digest(b)),
  });
  const room = { host: files.host, jobs, cabinet, log };
  const http = await fileHttp({ ...room, port: files.port, fileBytes: files.fileMb * MEGABYTE });
  const httpPort = (await http.start()).port;
  const ftp =
    files.ftpPort === undefined ? null : fileFtp({ ...room, port: files.ftpPort, timers });
  const ftpPort = ftp === null ? null : (await ftp.start()).port;
  return {
    jobs,
    cabinet,
    addressesOf({ user, password, name, does }) {
      const { publicHost } = files;
      const last = does === 'fetch' ? encodeURIComponent(name) : '';
      return {
        http: `http://${publicHost}:${httpPort}/f/${user}/${password}/${last}`,
        ftp: ftpPort === null ? null : `ftp://${user}:${password}@${publicHost}:${ftpPort}/${last}`,
      };
    },
    async stop() {
      await http.stop();
      await ftp?.stop();
    },
  };
}
