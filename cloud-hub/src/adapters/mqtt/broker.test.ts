import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UplinkMessage } from '../../ports/broker.ts';
import { recordingLog } from '../testing/silent-log.ts';
import { connectSite, type Knocking, type SiteClient } from '../testing/site-client.ts';
import { type MqttBroker, openMqttBroker } from './broker.ts';
import { DEBIAN_SECURITY_PLUGIN, mosquittoFiles } from './mosquitto-files.ts';

const MOSQUITTO = '/usr/sbin/mosquitto';
const VENDORS = ['ykc', 'jfy'] as const;
const HUB = { user: 'hub', password: 'hub secret' };

let folder = '';
let ports: readonly number[] = [];
let servers: readonly ChildProcess[] = [];
let broker: MqttBroker;
let uplinks: UplinkMessage[] = [];
let presences: string[] = [];
let clients: SiteClient[] = [];

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
async function settled(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 5));
}
async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
async function startServers(): Promise<void> {
  servers = VENDORS.map((vendor) =>
    spawn(MOSQUITTO, ['-c', path.join(folder, `${vendor}.conf`)], { stdio: 'ignore' }),
  );
  for (const port of ports) await settled(() => isOpen(port));
}
async function killServers(): Promise<void> {
  const gone = servers.map((server) => new Promise((resolve) => server.once('exit', resolve)));
  for (const server of servers) server.kill('SIGKILL');
  await Promise.all(gone);
}
function writeFiles(): void {
  VENDORS.forEach((vendor, i) => {
    const securityFile = path.join(folder, `${vendor}.json`);
    const { config, security } = mosquittoFiles({
      vendor,
      host: '127.0.0.1',
      port: ports[i] ?? 0,
      hub: HUB,
      sites: ['S1', 'S2'].map((siteId) => ({ siteId, secret: `secret of ${siteId}` })),
      plugin: DEBIAN_SECURITY_PLUGIN,
      securityFile,
    });
    writeFileSync(path.join(folder, `${vendor}.conf`), `user root\n${config}`);
    writeFileSync(securityFile, security);
  });
}
async function connect(user: string, more: Partial<Knocking> = {}): Promise<SiteClient> {
  const [vendor, siteId] = user.split(':');
  const port = ports[vendor === 'ykc' ? 0 : 1];
  const secret = `secret of ${siteId}`;
  const client = await connectSite(`mqtt://127.0.0.1:${port}`, { user, secret, ...more });
  clients.push(client);
  return client;
}
const text = (of: string) => new TextEncoder().encode(of);

// Where the machine has no mosquitto, the harness says that these did not run.
describe.runIf(existsSync(MOSQUITTO) && existsSync(DEBIAN_SECURITY_PLUGIN))(
  'a broker in a process of its own',
  () => {
    beforeEach(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'holdfast-mosquitto-'));
      ports = [await freePort(), await freePort()];
      writeFiles();
      await startServers();
      broker = openMqttBroker({
        connections: VENDORS.map((vendor, i) => ({
          vendor,
          url: `mqtt://127.0.0.1:${ports[i]}`,
          ...HUB,
        })),
        log: recordingLog(),
        reconnectMs: 20,
      });
      broker.onUplink(async (message) => void uplinks.push(message));
      broker.onPresence(({ vendor, siteId, connected }) =>
        presences.push(`${vendor}:${siteId} ${connected ? 'in' : 'out'}`),
      );
      await broker.ready();
    });
    afterEach(async () => {
      await Promise.all(clients.map((client) => client.end()));
      await broker.close();
      await killServers();
      rmSync(folder, { recursive: true });
      uplinks = [];
      presences = [];
      clients = [];
    });

    test('[SYNC-12] carries what sites say, each vendor a virtual host', async () => {
      for (const vendor of VENDORS) {
        const site = await connect(`${vendor}:S1`);
        await site.mqtt.publishAsync('u/S1/1', vendor, { qos: 1 });
        await site.mqtt.publishAsync('p/S1', 'hello', { qos: 1 });
        await site.mqtt.publishAsync('r/S1', 'answer', { qos: 1 });
      }
      await settled(() => uplinks.length === 6);
      const seen = uplinks.map((m) =>
        `${m.vendor} ${m.siteId} ${m.topic} ${m.laneNo ?? ''}`.trim(),
      );
      expect(seen.sort()).toEqual([
        'jfy S1 presence',
        'jfy S1 result',
        'jfy S1 uplink 1',
        'ykc S1 presence',
        'ykc S1 result',
        'ykc S1 uplink 1',
      ]);
    });

    test('[SYNC-12] answers reach their site and vendor alone', async () => {
      const ykc = await connect('ykc:S1');
      const jfy = await connect('jfy:S1');
      const other = await connect('ykc:S2');
      for (const [site, id] of [
        [ykc, 'S1'],
        [jfy, 'S1'],
        [other, 'S2'],
      ] as const) {
        await site.mqtt.subscribeAsync([`a/${id}`, `c/${id}`], { qos: 1 });
      }
      await broker.publish({ vendor: 'ykc', siteId: 'S1', topic: 'answer' }, text('one'));
      await broker.publish({ vendor: 'ykc', siteId: 'S1', topic: 'command' }, text('two'));
      await broker.publish({ vendor: 'jfy', siteId: 'S1', topic: 'answer' }, text('three'));
      expect((await ykc.message(2)).text).toBe('two');
      expect((await jfy.message(1)).text).toBe('three');
      expect([ykc, jfy, other].map(({ received }) => received.length)).toEqual([2, 1, 0]);
    });

    test('[SYNC-12] the access list keeps a site to its own topics', async () => {
      const bad = await connect('ykc:S2');
      await bad.mqtt.subscribeAsync('a/S1').catch(() => {});
      await bad.mqtt.publishAsync('u/S1/1', 'forged', { qos: 1 });
      await bad.mqtt.publishAsync('a/S1', 'forged', { qos: 1 });
      await broker.publish({ vendor: 'ykc', siteId: 'S1', topic: 'answer' }, text('secret'));
      await bad.mqtt.publishAsync('u/S2/1', 'own', { qos: 1 });
      await settled(() => uplinks.length === 1);
      expect(uplinks.map(({ siteId }) => siteId)).toEqual(['S2']);
      expect(bad.received).toEqual([]);
      await expect(connect('ykc:S1', { secret: 'guess' })).rejects.toThrow();
    });

    test('killed and started again: sites are out until they speak, and all goes on', async () => {
      const site = await connect('ykc:S1');
      await site.mqtt.publishAsync('p/S1', 'hello', { qos: 1 });
      await settled(() => uplinks.length === 1);
      await killServers();
      await settled(() => presences.length === 1);
      expect(presences).toEqual(['ykc:S1 out']);
      await expect(
        broker.publish({ vendor: 'ykc', siteId: 'S1', topic: 'command' }, text('x')),
      ).rejects.toMatchObject({ code: 'broker-unreachable' });
      await startServers();
      const again = await connect('ykc:S1');
      // Until the hub has subscribed again, what the site says is lost; the edge says it again.
      await settled(async () => {
        await again.mqtt.publishAsync('p/S1', 'hello', { qos: 1 });
        return uplinks.length > 1;
      });
    });
  },
);
