import { randomBytes } from 'node:crypto';
import type { CommandRequest } from '@holdfast/shared/api/resources';
import { FaultError } from '@holdfast/shared/errors/fault';
import { withoutSecrets } from '@holdfast/shared/sync/command-secrets';
import type { Command, CommandAnswer } from '@holdfast/shared/sync/commands';
import type { CommandMessage } from '@holdfast/shared/sync/messages';
import { decimalOf, fen, fenText } from '@holdfast/shared/units';
import type { Broker } from '../ports/broker.ts';
import type { OnChange } from '../ports/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveState } from '../ports/live-state.ts';
import type { Log } from '../ports/log.ts';
import type { Store, StoredCommand } from '../ports/store.ts';
import { ulidOf } from './ulid.ts';

export interface CommandLimits {
  /** Time that a command has when the request names none. */
  readonly defaultTimeoutMs: number;
  /** After its deadline an answer may still be on its way for so long. */
  readonly graceMs: number;
  readonly sweepMs: number;
  /** Commands that one sweep closes. */
  readonly sweepCount: number;
}

export const COMMAND_LIMITS: CommandLimits = {
  defaultTimeoutMs: 30_000,
  graceMs: 5_000,
  sweepMs: 1_000,
  sweepCount: 500,
};

export interface CommandDeskOptions {
  readonly store: Store;
  readonly live: LiveState;
  readonly broker: Pick<Broker, 'publish'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: OnChange;
  readonly limits?: Partial<CommandLimits>;
}

/** Commands to sites ([SYNC-7]): kept, sent, answered once or presumed unknown. */
export interface CommandDesk {
  /**
   * Keeps and sends a command. Rejects with `site-offline` at once when the site is away (nothing is
   * queued for it), `not-found` for a pile the site never told of, `invalid-input`, or
   * `broker-unreachable`. The same id again gives the command as it stands.
   */
  readonly issueCommand: (request: CommandRequest) => Promise<StoredCommand>;
  /** A site's answer by the quick way; the durable copy comes in the control lane. */
  readonly answered: (siteId: string, answer: CommandAnswer) => Promise<void>;
  /** Closes commands whose time is over; runs by itself every second, too. */
  readonly sweep: () => Promise<void>;
  readonly close: () => void;
}

export function commandDesk(options: CommandDeskOptions): CommandDesk {
  const { store, clock, log, onChange } = options;
  const limits = { ...COMMAND_LIMITS, ...options.limits };

  const sweep = async (): Promise<void> => {
    const over = await store.expireCommands(clock.nowMs() - limits.graceMs, limits.sweepCount);
    for (const { command, siteId } of over)
      log.warn({ siteId, id: command.id }, 'command-no-answer');
    if (over.length === 0) return;
    onChange(over.map(({ siteId, command: { id } }) => ({ entity: 'command', siteId, id })));
  };
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => log.error({ error: String(error) }, 'command-sweep-failed'));
  }, limits.sweepMs);
  timer.unref();

  return {
    issueCommand: (request) => issue(options, limits, request),
    answered: async (siteId, answer) => {
      const outcome = await store.answerCommand(siteId, answer);
      if (outcome === 'answered') onChange([{ entity: 'command', siteId, id: answer.id }]);
    },
    sweep,
    close: () => clearInterval(timer),
  };
}

async function issue(
  { store, live, broker, clock, onChange, log }: CommandDeskOptions,
  limits: CommandLimits,
  request: CommandRequest,
): Promise<StoredCommand> {
  const { siteId, pileNo } = request;
  const known = request.id === undefined ? undefined : await store.command(request.id);
  if (known !== undefined) return known;
  const here = (await live.presence(siteId)).filter((p) => p.connected && p.sessionNo > 0);
  // Cards are the site's: any of its lanes will do.
  const isOfSite = request.op === 'cards';
  const vendor = isOfSite ? here[0]?.vendor : await vendorOf(store, siteId, pileNo);
  if (vendor === undefined || !here.some((p) => p.vendor === vendor))
    throw new FaultError('site-offline', `site ${siteId} is not connected`);

  const nowMs = clock.nowMs();
  const command = commandOf(request, vendor, nowMs, limits);
  // It is sent now or never: what is kept of it is for people to look at.
  const stored: StoredCommand = {
    command: withoutSecrets(command),
    siteId,
    sentAtMs: nowMs,
    answer: null,
    presumed: false,
  };
  if (!(await store.saveCommand(stored))) return (await store.command(command.id)) ?? stored;
  const message: CommandMessage = { type: 'command', command, hubMs: nowMs };
  await broker.publish(
    { vendor, siteId, topic: 'command' },
    new TextEncoder().encode(JSON.stringify(message)),
  );
  log.info({ siteId, pileNo, id: command.id, op: command.op }, 'command-sent');
  onChange([{ entity: 'command', siteId, id: command.id }]);
  return stored;
}

async function vendorOf(store: Store, siteId: string, pileNo: string): Promise<string> {
  const pile = (await store.piles(siteId)).find((known) => known.pileNo === pileNo);
  if (pile === undefined) throw new FaultError('not-found', `site ${siteId} has no pile ${pileNo}`);
  return pile.vendor;
}

function commandOf(
  request: CommandRequest,
  vendor: string,
  nowMs: number,
  limits: CommandLimits,
): Command {
  const timeoutMs =
    request.timeoutSeconds === undefined ? limits.defaultTimeoutMs : request.timeoutSeconds * 1_000;
  const { orderNo } = request;
  return {
    id: request.id ?? ulidOf(nowMs, randomBytes(10)),
    vendor,
    pileNo: request.pileNo,
    connectorNo: request.connectorNo,
    op: request.op,
    deadlineMs: nowMs + timeoutMs,
    ...(orderNo === undefined ? {} : { fence: { orderNo } }),
    ...(request.op === 'start' ? { start: payerOf(request) } : {}),
    ...wishOf(request),
  };
}

/** What an operation or a limit brings along; without it there is nothing to do. */
function wishOf({
  op,
  connectorNo,
  operate,
  limit,
  cards,
}: CommandRequest): Pick<Command, 'operate' | 'limit' | 'cards'> {
  if (connectorNo === 0 && (op === 'start' || op === 'stop' || op === 'read')) {
    throw new FaultError('invalid-input', `connectorNo: ${op} needs a connector`);
  }
  if (op === 'operate' && operate === undefined) {
    throw new FaultError('invalid-input', 'an operation needs its name: operate.operation');
  }
  if (op === 'limit' && limit === undefined) {
    throw new FaultError('invalid-input', 'a limit needs limit.maxW and limit.seconds');
  }
  if (op === 'cards' && cards === undefined) {
    throw new FaultError('invalid-input', 'what is asked of the cards stands in cards.ask');
  }
  return {
    ...(op === 'operate' && operate !== undefined ? { operate } : {}),
    ...(op === 'limit' && limit !== undefined ? { limit } : {}),
    ...(op === 'cards' && cards !== undefined ? { cards } : {}),
  };
}

/** Who pays, and up to how much: a start without either would be a charge that nobody covers. */
function payerOf({ account, balanceYuan }: CommandRequest): NonNullable<Command['start']> {
  const balance = balanceYuan === undefined ? undefined : decimalOf(balanceYuan, 2);
  if (account === undefined || balance === undefined) {
    throw new FaultError('invalid-input', 'a start needs account and balanceYuan');
  }
  return { account, balance: fenText(fen(balance)) };
}
