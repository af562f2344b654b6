import { answerOf } from '@holdfast/shared/sync/check-message';
import { LANES } from '@holdfast/shared/sync/lanes';
import type { Ack, Batch, Hello, Refused, Welcome } from '@holdfast/shared/sync/messages';
import { TOPICS } from '@holdfast/shared/sync/messages';
import { connectSite, type SiteClient } from '../../adapters/testing/site-client.ts';
import { batchBytes, jsonBytes } from './fake-broker.ts';

type Answer = Ack | Welcome | Refused;

/** An edge's end of a real connection, as far as a test drives it by hand. */
export interface ModelClient {
  readonly hello: (hello: Hello) => Promise<Welcome>;
  /** Publishes and does not wait. */
  readonly send: (batch: Batch) => void;
  /** The next answer that was not taken yet; `undefined`: the connection is closed. */
  readonly next: () => Promise<Answer | undefined>;
  readonly client: SiteClient;
}

export async function modelClient(
  url: string,
  site: { readonly vendor: string; readonly siteId: string },
): Promise<ModelClient> {
  const { vendor, siteId } = site;
  const client = await connectSite(url, { user: `${vendor}:${siteId}`, secret: 'any' });
  await client.mqtt.subscribeAsync([TOPICS.answer(siteId), TOPICS.command(siteId)], { qos: 1 });
  let taken = 0;
  const next = async (): Promise<Answer | undefined> => {
    taken += 1;
    const message = await Promise.race([client.message(taken), client.closed]);
    if (message === undefined) return undefined;
    const answer = answerOf(JSON.parse(message.text));
    if (!answer.ok) throw new RangeError(answer.reason);
    return answer.value;
  };
  return {
    client,
    next,
    hello: async (hello) => {
      client.mqtt.publish(TOPICS.presence(siteId), Buffer.from(jsonBytes(hello)), { qos: 1 });
      const answer = await next();
      if (answer?.type !== 'welcome') throw new RangeError(`not welcome: ${answer?.type}`);
      return answer;
    },
    send: (batch) => {
      const topic = TOPICS.uplink(siteId, LANES[batch.lane]);
      client.mqtt.publish(topic, Buffer.from(batchBytes(batch)), { qos: 1 });
    },
  };
}
