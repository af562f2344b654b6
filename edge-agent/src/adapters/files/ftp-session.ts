import type { FileJob } from '../../files/jobs.ts';

/* The control connection of FTP as a pure value: a line in, replies and at most one transfer out. */

export interface FtpState {
  /** Name that was given with USER, until PASS. */
  readonly user: string | null;
  readonly job: FileJob | null;
  /** Bytes to skip at the next RETR. */
  readonly restartAt: number;
  readonly wrong: number;
}

export type FtpEffect =
  | { readonly do: 'reply'; readonly code: number; readonly text: string }
  /** Opens a port for the next transfer; the shell replies with its address. */
  | { readonly do: 'listen'; readonly extended: boolean }
  | { readonly do: 'send'; readonly fileId: string; readonly from: number }
  | { readonly do: 'receive'; readonly name: string }
  | { readonly do: 'size'; readonly fileId: string }
  | { readonly do: 'close' };

export interface FtpStep {
  readonly state: FtpState;
  readonly effects: readonly FtpEffect[];
}

/** What the session may ask of its shell at once. */
export interface FtpView {
  readonly admit: (user: string, password: string) => FileJob | undefined;
  readonly use: (user: string) => boolean;
}

export const FTP_BEGIN: FtpState = { user: null, job: null, restartAt: 0, wrong: 0 };

const WRONG_MAX = 3;
const reply = (code: number, text: string): FtpEffect => ({ do: 'reply', code, text });
const say = (state: FtpState, code: number, text: string): FtpStep => ({
  state,
  effects: [reply(code, text)],
});

type Command = (state: FtpState, argument: string, view: FtpView) => FtpStep;

const lastPart = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//, '');

function pass(state: FtpState, password: string, view: FtpView): FtpStep {
  if (state.user === null) return say(state, 503, 'USER first');
  const job = view.admit(state.user, password);
  if (job !== undefined) return say({ ...state, job }, 230, 'welcome');
  const wrong = state.wrong + 1;
  const effects: FtpEffect[] = [reply(530, 'no such job, or it is over')];
  if (wrong >= WRONG_MAX) effects.push({ do: 'close' });
  return { state: { ...state, user: null, wrong }, effects };
}

/** Transfers need a job of the right kind that has a try left. */
function retrieve(state: FtpState, job: FileJob, view: FtpView): FtpStep {
  if (job.does !== 'fetch' || job.fileId === null) return say(state, 550, 'nothing to fetch');
  if (!view.use(job.user)) return say(state, 550, 'this job has been used up');
  return {
    state: { ...state, restartAt: 0 },
    effects: [{ do: 'send', fileId: job.fileId, from: state.restartAt }],
  };
}

function store(state: FtpState, job: FileJob, path: string, view: FtpView): FtpStep {
  if (job.does !== 'bring') return say(state, 550, 'nothing to bring');
  if (!view.use(job.user)) return say(state, 550, 'this job has been used up');
  return { state, effects: [{ do: 'receive', name: lastPart(path) || 'upload' }] };
}

const withJob =
  (act: (state: FtpState, job: FileJob, argument: string, view: FtpView) => FtpStep): Command =>
  (state, argument, view) =>
    state.job === null ? say(state, 530, 'log in first') : act(state, state.job, argument, view);

const listen = (extended: boolean): Command =>
  withJob((state) => ({ state, effects: [{ do: 'listen', extended }] }));
const fine = (code: number, text: string): Command => withJob((state) => say(state, code, text));

/**
 * Folders are a fiction: whatever a pile changes to, there is one file. So nothing that it says can
 * lead anywhere ([FILE-4]). Active mode is refused: it would open connections wherever it says.
 */
const COMMANDS: Readonly<Record<string, Command>> = {
  USER: (state, user) => say({ ...state, user, job: null }, 331, 'password, please'),
  PASS: pass,
  QUIT: (state) => ({ state, effects: [reply(221, 'goodbye'), { do: 'close' }] }),
  SYST: (state) => say(state, 215, 'UNIX Type: L8'),
  FEAT: (state) => say(state, 211, 'no more features'),
  NOOP: (state) => say(state, 200, 'fine'),
  OPTS: (state) => say(state, 200, 'fine'),
  TYPE: fine(200, 'as it is'),
  MODE: fine(200, 'stream'),
  STRU: fine(200, 'file'),
  ALLO: fine(202, 'not needed'),
  PWD: fine(257, '"/" is here'),
  XPWD: fine(257, '"/" is here'),
  CWD: fine(250, 'here'),
  CDUP: fine(250, 'here'),
  MKD: fine(257, '"/" is here'),
  PASV: listen(false),
  EPSV: listen(true),
  REST: withJob((state, _job, offset) =>
    /^\d{1,15}$/.test(offset)
      ? say({ ...state, restartAt: Number(offset) }, 350, 'from there on')
      : say(state, 501, 'a number is wanted'),
  ),
  SIZE: withJob((state, { fileId, does }) =>
    does === 'fetch' && fileId !== null
      ? { state, effects: [{ do: 'size', fileId }] }
      : say(state, 550, 'nothing to fetch'),
  ),
  RETR: withJob((state, job, _path, view) => retrieve(state, job, view)),
  STOR: withJob(store),
  APPE: withJob(store),
};

/** One line of the control connection (RFC 959 §4.1, RFC 2428 for EPSV). */
export function onLine(state: FtpState, line: string, view: FtpView): FtpStep {
  const [, verb = '', argument = ''] = /^\s*([A-Za-z]{3,4})(?: (.*))?$/.exec(line) ?? [];
  const command = COMMANDS[verb.toUpperCase()];
  return command === undefined
    ? say(state, 502, 'not here')
    : command(state, argument.trim(), view);
}
