import Type, { type Static } from 'typebox';
import { Files } from './files.ts';
import { FrontOcpp, PileOcpp } from './ocpp-schema.ts';
import { frontDoor, pileDoor, Security } from './security-schema.ts';

/*
 * The configuration file: what may stand in it, with defaults. Unknown keys are refused, for a key
 * that is misspelt would otherwise be a setting that silently does nothing.
 */

const strict = { additionalProperties: false } as const;
const text = (description: string, maxLength = 200) =>
  Type.String({ minLength: 1, maxLength, description });
const whole = (description: string, minimum: number, maximum: number, value: number) =>
  Type.Integer({ minimum, maximum, default: value, description });
const yuan = (description: string) =>
  Type.String({ pattern: '^\\d{1,7}(\\.\\d{1,2})?$', description });
const host = Type.String({
  minLength: 1,
  maxLength: 255,
  default: '127.0.0.1',
  description: 'address to listen on; 0.0.0.0 is every network',
});
const port = (value: number) => whole('TCP port; 0 takes any free one', 0, 65_535, value);

const FrontBounds = Type.Object(
  {
    sockets: whole('connections at a time', 1, 100_000, 20_000),
    socketsPerAddress: whole(
      'of one address; behind a carrier many piles share one',
      1,
      100_000,
      512,
    ),
    loginsPerMinute: whole('of one address', 1, 1_000_000, 1_200),
    badFramesPerMinute: whole('more of one connection end it', 1, 10_000, 30),
    silenceSeconds: Type.Optional(
      Type.Integer({
        minimum: 5,
        maximum: 3_600,
        description: 'without a frame a pile counts as lost; left out: 30, jfy 180',
      }),
    ),
    loginSeconds: whole('a connection that serves no pile is closed', 5, 3_600, 60),
    partialSeconds: whole('for the rest of a frame', 1, 60, 8),
    pilesPerConnection: whole('that one concentrator may carry', 1, 1_000, 64),
    backlog: whole('connections that wait to be accepted', 1, 65_535, 4_096),
    unsentBytes: whole('that a pile may leave unread', 1_024, 16_777_216, 65_536),
    keepAliveSeconds: whole('until a quiet connection is probed', 1, 7_200, 30),
    drainSeconds: whole('that a stop waits for what was said', 1, 60, 5),
  },
  { ...strict, default: {} },
);

const QrPrefix = Type.Object(
  {
    format: Type.Enum(['prefix-pile', 'prefix-pile-gun'], {
      default: 'prefix-pile-gun',
      description: 'what follows the prefix in the code',
    }),
    prefix: Type.String({
      pattern: '^[\\x21-\\x7e]{1,200}$',
      description: 'what the code begins with, ASCII, e.g. https://example.cn/q/',
    }),
  },
  { ...strict, description: 'QR code that piles show (0xF0); left out: their own' },
);

const Front = Type.Object(
  {
    protocol: Type.Enum(['ykc', 'ocpp', 'jfy', 'gqaa', 'listen'], {
      description:
        'what the piles speak; jfy and gqaa are unverified; listen: takes any connection, answers nothing, writes down what comes',
    }),
    host,
    port: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description:
          'TCP port; 0: any free one; left out: ykc 9001, ocpp 9100, jfy 9010, gqaa 9020, listen 9099, with tls 9041, 9143, 9050, 9060',
      }),
    ),
    qr: Type.Optional(QrPrefix),
    ocpp: FrontOcpp,
    ...frontDoor,
    limits: FrontBounds,
  },
  strict,
);

const spender = {
  account: text('who pays', 64),
  balanceYuan: yuan('what may be spent since `asOf`, yuan'),
  asOf: Type.Optional(
    text('name of the day that the balance is of; a new one forgets what was spent', 32),
  ),
  state: Type.Enum(['accepted', 'frozen'], { default: 'accepted' }),
};

const Guest = Type.Object(
  {
    account: spender.account,
    balanceYuan: yuan('most that one charge of a guest may cost, yuan'),
  },
  {
    ...strict,
    description: 'who pays charges without a card that is known (OCPP); left out: they are refused',
  },
);

const BodyKey = Type.Object(
  {
    cipher: Type.Enum(['aes-128-cbc', 'sm4-cbc'], { default: 'sm4-cbc' }),
    keyHex: Type.String({ pattern: '^[0-9A-Fa-f]{32}$', description: 'key, 16 bytes as hex' }),
  },
  { ...strict, description: 'gqaa: bodies of frames are encrypted with it; left out: plain' },
);

const Pile = Type.Object(
  {
    pileNo: text('number of the pile, as it says itself; of OCPP stations their identity', 48),
    dialect: Type.Optional(text('dialect of its protocol; left out: as published', 64)),
    ratedKw: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 2_000,
        description: 'most that one connector delivers, kW; shows jumps of a meter',
      }),
    ),
    ocpp: Type.Optional(PileOcpp),
    bodyKey: Type.Optional(BodyKey),
    guest: Type.Optional(
      Type.Union([Guest, Type.Literal(false)], { description: 'in place of that of the site' }),
    ),
    ...pileDoor,
  },
  strict,
);

const Card = Type.Object(
  {
    cardNo: Type.String({
      pattern: '^[0-9A-Fa-f]{1,32}$',
      description: 'what the reader reads, hex; zero bytes at either end do not count',
    }),
    passwordMd5: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{16}([0-9a-f]{16})?$',
        description: 'as the pile sends it',
      }),
    ),
    ...spender,
  },
  strict,
);

const Vin = Type.Object(
  {
    vin: Type.String({ pattern: '^[A-HJ-NPR-Za-hj-npr-z0-9]{17}$', description: '17 characters' }),
    ...spender,
  },
  strict,
);

/** Checked in full by the tariff's own rules; here only that it is an object. */
const Tariff = Type.Object({
  validFrom: Type.Optional(text('ISO time with +08:00; left out: always', 40)),
});

const brokerUrl = Type.String({
  pattern: '^(mqtts?|wss?)://[^\\s]+$',
  description: 'the broker, e.g. mqtt://hub.example.com:1883',
});

const Hub = Type.Object(
  {
    url: brokerUrl,
    urls: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }), brokerUrl, {
        description: 'by vendor: those that have a broker of their own, as each has with mosquitto',
      }),
    ),
    secret: Type.String({
      minLength: 12,
      maxLength: 256,
      description: 'password of this site at the broker',
    }),
    vendors: Type.Optional(
      Type.Array(text('lane of a vendor', 32), {
        minItems: 1,
        maxItems: 16,
        uniqueItems: true,
        description: 'lanes that are synced; left out: those of the fronts',
      }),
    ),
  },
  strict,
);

const Api = Type.Object(
  {
    host,
    port: port(7070),
    token: Type.Optional(
      Type.String({
        minLength: 16,
        maxLength: 256,
        description: 'needed where the API listens on more than loopback',
      }),
    ),
    bodyBytes: whole('largest body of a request', 1_024, 1_048_576, 65_536),
    liveClients: whole('pages that may watch at the same time', 1, 1_000, 50),
  },
  { ...strict, default: {} },
);

const Billing = Type.Object(
  {
    billed: Type.Enum(['edge', 'pile'], {
      default: 'edge',
      description: 'whose total is due when both agree within tolerance',
    }),
    energyToleranceKwh: Type.String({ pattern: '^\\d{1,4}(\\.\\d{1,4})?$', default: '0.0002' }),
    fenPerRow: whole('tolerance between the totals, fen for each row', 0, 100, 1),
    clockToleranceSeconds: whole('end of a live record to its arrival', 10, 86_400, 300),
    jumpPercent: whole('more of rated power × time is a jump', 100, 1_000, 110),
    reactionSeconds: whole('from the stop of a spent balance until no current flows', 1, 300, 15),
  },
  { ...strict, default: {} },
);

const Limits = Type.Object(
  {
    startConfirmSeconds: whole('until a start must be a charge', 30, 600, 90),
    plugSeconds: whole('until the driver must have plugged in', 30, 600, 65),
    recordWaitSeconds: whole('until a record counts as missing', 60, 86_400, 600),
    lostWaitSeconds: whole('until a pile that is away has ended its charge', 300, 604_800, 7_200),
    samplesPerCharge: whole('readings kept of a running charge', 10, 20_000, 2_000),
    recentOrders: whole('closed orders kept in memory', 100, 1_000_000, 5_000),
    waitingPiles: whole('unknown piles remembered for adoption', 1, 10_000, 200),
    telemetryQueue: whole('measurements that may wait for the disk', 100, 1_000_000, 20_000),
    commandsWaiting: whole('commands that may run or wait at the same time', 1, 10_000, 500),
    captureBytes: whole('raw frames kept of each pile', 512, 1_048_576, 16_384),
  },
  { ...strict, default: {} },
);

const Ledger = Type.Object(
  {
    coreMb: whole('budget of orders and their events', 16, 1_048_576, 1_024),
    bulkMb: whole('budget of measurements and frames', 16, 1_048_576, 1_280),
  },
  { ...strict, default: {} },
);

const Frames = Type.Object(
  {
    days: whole('that everything piles say and hear is kept; 0: not at all', 0, 366, 7),
    mb: whole('all of it together; the oldest goes first', 16, 1_048_576, 1_024),
  },
  { ...strict, default: {} },
);

export const ConfigFile = Type.Object(
  {
    siteId: Type.String({
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      description: 'name of the site at the hub: letters, digits, _ and -',
    }),
    name: text('name of the site for people'),
    dataFolder: text('where the ledger lives; relative to this file', 4_096),
    logLevel: Type.Enum(['trace', 'debug', 'info', 'warn', 'error'], { default: 'info' }),
    fronts: Type.Array(Front, {
      minItems: 1,
      maxItems: 16,
      default: [{ protocol: 'ykc' }],
      description: 'where piles connect',
    }),
    api: Api,
    adoptAll: Type.Boolean({
      default: false,
      description: 'serve every pile that logs in; for tests, not for a street',
    }),
    piles: Type.Array(Pile, { maxItems: 100_000, default: [], description: 'piles of this site' }),
    tariffs: Type.Array(Tariff, {
      maxItems: 1_000,
      default: [],
      description: 'versions of prices',
    }),
    tariff: Type.Optional(text('tariffId of the prices that hold now; left out: no charging', 64)),
    cards: Type.Array(Card, { maxItems: 200_000, default: [] }),
    vins: Type.Array(Vin, { maxItems: 200_000, default: [] }),
    guest: Type.Optional(Guest),
    hub: Type.Optional(Hub),
    billing: Billing,
    limits: Limits,
    ledger: Ledger,
    frames: Frames,
    security: Security,
    files: Type.Optional(Files),
  },
  strict,
);
/** The file as it is after defaults. */
export type ConfigFile = Static<typeof ConfigFile>;
