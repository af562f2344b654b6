import { Command, CommanderError, Option } from 'commander';
import { familyFrames } from './family.ts';
import { gqaaFrames } from './gqaa.ts';
import { jfyFrames } from './jfy.ts';
import { OCPP_FRAMES } from './ocpp.ts';
import type { FrameProtocol, FrameReader } from './protocol.ts';
import { ykcFrames } from './ykc.ts';

/** The protocols that the command reads. */
export const PROTOCOLS: readonly FrameProtocol[] = [
  ykcFrames,
  jfyFrames,
  gqaaFrames,
  ...OCPP_FRAMES,
  familyFrames,
];

/** All frames were good; one was not; the command was used wrongly. */
export const EXIT = { ok: 0, badFrame: 1, usage: 2 } as const;

/** Where text comes from and goes to; the process's own streams, or a test's. */
export interface Terminal {
  /** Lines of the standard input; asked for only when there are no arguments. */
  readonly lines: () => AsyncIterable<string>;
  /** Resolves when more may be printed: a slow reader of the output slows the input down. */
  readonly print: (text: string) => void | Promise<void>;
  readonly complain: (text: string) => void;
}

interface Options {
  readonly dialect: string;
  readonly pretty?: true;
  readonly list?: true;
  readonly type?: string;
}

/**
 * The texts to read. Where an argument holds a frame, each stands alone, so that a bad one does not
 * swallow the next; where none does, the shell has split one text at its spaces.
 */
function textsOf(args: readonly string[], reader: FrameReader): readonly string[] {
  return args.some((arg) => reader.isWhole(arg)) ? args : [args.join(' ')];
}

/** Blank lines and lines that begin with # are no frames. */
const isSkipped = (line: string): boolean => /^\s*(#|$)/.test(line);

async function describeType(
  reader: FrameReader,
  type: string,
  terminal: Terminal,
): Promise<number> {
  const described = reader.describe(type);
  if (described !== undefined) await terminal.print(described);
  else terminal.complain(`no frame type ${type}; --list shows all 没有此帧类型，用 --list 查看`);
  return described === undefined ? EXIT.usage : EXIT.ok;
}

/** Reads the arguments, or the standard input where there are none. */
async function run(
  reader: FrameReader,
  args: readonly string[],
  { list, type, pretty }: Options,
  terminal: Terminal,
): Promise<number> {
  if (type !== undefined) return describeType(reader, type, terminal);
  if (list) {
    await terminal.print(reader.list());
    return EXIT.ok;
  }
  let exit: number = EXIT.ok;
  const texts = args.length > 0 ? textsOf(args, reader) : terminal.lines();
  for await (const text of texts) {
    if (isSkipped(text)) continue;
    for (const reading of reader.read(text)) {
      if (!reading.ok) exit = EXIT.badFrame;
      await terminal.print(JSON.stringify(reading, null, pretty ? 2 : undefined));
    }
  }
  return exit;
}

const helpOf = (protocol: FrameProtocol): string =>
  [
    '',
    'Examples 示例:',
    ...protocol.examples.map((example) => `  npm run --silent frame -- ${example}`),
    '',
    ...protocol.notes,
    '',
    'Dialects 方言:',
    ...protocol.dialects.map(({ id, text }) => `  ${id.padEnd(12)} ${text}`),
    '',
    'Exit code 退出码: 0 all frames good 全部正确 · 1 a bad frame 有错误报文 · 2 wrong usage 用法错误',
  ].join('\n');

function subcommand(
  protocol: FrameProtocol,
  terminal: Terminal,
  done: (code: number) => void,
): Command {
  const ids = protocol.dialects.map(({ id }) => id);
  return new Command(protocol.name)
    .description(`${protocol.title}: one JSON line a frame 每帧输出一行 JSON`)
    .argument(
      `[${protocol.written}...]`,
      `frames as ${protocol.written}; without any, one a line from standard input 报文，缺省从标准输入逐行读取`,
    )
    .addOption(
      new Option('--dialect <id>', 'how this pile departs from the text 桩的方言')
        .choices(ids)
        .default(protocol.dialects[0].id),
    )
    .option('--pretty', 'indent the JSON 缩进输出')
    .option('--list', 'list all frame types 列出全部帧类型')
    .option('--type <type>', `describe the fields of a type: ${protocol.aType} 说明某帧类型的字段`)
    .addHelpText('after', helpOf(protocol))
    .action(async (args: readonly string[], options: Options) => {
      done(await run(protocol.open(options.dialect), args, options, terminal));
    });
}

/** Runs the command and says with which code to exit. */
export async function frameCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exit: number = EXIT.ok;
  const program = new Command('frame')
    .description('Reads frames of a charging protocol 解析充电协议报文')
    .exitOverride()
    .configureOutput({ writeOut: trimmed(terminal.print), writeErr: trimmed(terminal.complain) });
  for (const protocol of PROTOCOLS) {
    const command = subcommand(protocol, terminal, (code) => {
      exit = code;
    });
    program.addCommand(command.copyInheritedSettings(program));
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Asking for help ends here too, with code 0; no command at all prints it and is wrong usage.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

const trimmed =
  (write: (text: string) => unknown) =>
  (text: string): void => {
    write(text.replace(/\n$/, ''));
  };
