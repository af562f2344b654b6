import {
  admitHello,
  type SessionState,
  sessionOfReplacement,
  withChains,
} from '@holdfast/shared/sync/hub-rules';
import type { Batch, Gone, Hello, Welcome } from '@holdfast/shared/sync/messages';
import { answer, type IngestContext, lineKey, type SiteLine } from './context.ts';
import { type PresenceBook, presenceBook } from './presence-book.ts';

/** Who is connected and who speaks for each site ([SYNC-10]). */
export interface Presences {
  /** The broker tells of a connection; which store it is, only its HELLO says. */
  readonly connection: (line: SiteLine, connected: boolean) => void;
  readonly hello: (line: SiteLine, hello: Hello) => Promise<void>;
  readonly gone: (line: SiteLine, gone: Gone) => void;
  /** A batch of the session in force was applied. */
  readonly heard: (line: SiteLine, batch: Batch) => void;
  /** An operator's word: this store speaks for the site from its next HELLO on. */
  readonly acceptStore: (line: SiteLine, storeId: string) => Promise<boolean>;
}

export function presences(context: IngestContext): Presences {
  const { store, clock, log } = context;
  const book = presenceBook(context);
  return {
    connection: (line, connected) => {
      book.setUp(line, connected);
      if (!connected) return book.away(line);
      book.save({ ...book.of(line), connected: true, sessionNo: 0 });
      return book.told(line);
    },
    hello: (line, hello) => takeHello(context, book, line, hello),
    gone: (line, { link }) => {
      if (book.of(line).hello?.link === link) book.away(line);
    },
    heard: (line, { sessionNo, clock: reading }) => {
      const nowMs = clock.nowMs();
      const clockOffsetMs = Math.round(reading.wallMs - nowMs);
      // With a broker outside, an edge goes on after the hub's restart without a new HELLO.
      const connected = book.isUp(line);
      book.save({ ...book.of(line), connected, sessionNo, lastHeardMs: nowMs, clockOffsetMs });
    },
    acceptStore: async (line, storeId) => {
      const session = await store.session(line.siteId, line.vendor);
      if (session === undefined) return false;
      await store.saveSession({ ...line, ...sessionOfReplacement(session, storeId) });
      const { contenderStoreId: _decided, ...rest } = book.of(line);
      book.save(rest);
      log.info({ ...line, storeId }, 'store-accepted');
      book.told(line);
      return true;
    },
  };
}

async function takeHello(
  context: IngestContext,
  book: PresenceBook,
  line: SiteLine,
  hello: Hello,
): Promise<void> {
  const { store, clock, log, policy } = context;
  const account = await store.site(line.siteId);
  if (account?.vendors.includes(line.vendor) !== true) {
    return answer(context, line, unknownSite(hello, policy.versionRetryMs));
  }
  const cursors = await store.cursors(line.siteId, line.vendor);
  const session = await sessionOf(context, book, line);
  const nowMs = clock.nowMs();
  const decided = admitHello(session, cursors, hello, nowMs, policy);
  if (decided.session !== undefined) await store.saveSession({ ...line, ...decided.session });
  const connected = book.isUp(line);
  if (decided.answer.type === 'refused') {
    log.warn({ ...line, storeId: hello.storeId, why: decided.answer.reason }, 'hello-refused');
    const isContender = decided.answer.reason === 'conflict';
    const contender = isContender ? { contenderStoreId: hello.storeId } : {};
    book.save({ ...book.of(line), connected, sessionNo: 0, ...contender });
    book.told(line);
    return answer(context, line, decided.answer);
  }
  const { sessionNo, epoch } = decided.answer;
  const clockOffsetMs = Math.round(hello.clock.wallMs - nowMs);
  const { contenderStoreId = hello.storeId } = book.of(line);
  const contender = contenderStoreId === hello.storeId ? {} : { contenderStoreId };
  book.save({
    ...line,
    connected,
    sessionNo,
    lastHeardMs: nowMs,
    hello,
    clockOffsetMs,
    ...contender,
  });
  log.info({ ...line, storeId: hello.storeId, epoch, sessionNo }, 'hello-welcomed');
  book.told(line);
  const days = (await store.dayCounts(line.siteId)).filter(({ vendor }) => vendor === line.vendor);
  const welcome = withChains(decided.answer, days);
  return answer(context, line, withCredits(context, line, hello, welcome));
}

async function sessionOf(
  { store }: IngestContext,
  book: PresenceBook,
  line: SiteLine,
): Promise<SessionState | undefined> {
  const session = await store.session(line.siteId, line.vendor);
  if (session === undefined) return undefined;
  const { hello, lastHeardMs } = book.of(line);
  // After a restart of the hub nobody knows how long a store has been silent.
  return hello?.storeId === session.storeId ? { ...session, lastHeardMs } : session;
}

/** History goes by turns: a lane that has some to send is told at once whether it may. */
function withCredits(
  { admission, waiting, clock }: IngestContext,
  line: SiteLine,
  hello: Hello,
  welcome: Welcome,
): Welcome {
  const pending = new Map(hello.streams.map((stream) => [stream.lane, stream.pending]));
  const streams = welcome.streams.map((stream) => {
    const isHistory = stream.lane === 'backlog' || stream.lane === 'frames';
    if (isHistory && (pending.get(stream.lane) ?? 0) === 0) return { ...stream, credit: 1 };
    const credit = admission.creditOf(lineKey(line), stream.lane, waiting(), clock.nowMs());
    return { ...stream, ...credit };
  });
  return { ...welcome, streams };
}

const unknownSite = ({ storeId, link }: Hello, retryAfterMs: number) =>
  ({
    type: 'refused',
    storeId,
    link,
    reason: 'unknown-site',
    text: 'this hub has no such site with this vendor',
    retryAfterMs,
  }) as const;
