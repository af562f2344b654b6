import type { Front } from './adapters/tcp/front.ts';
import type { FrontPlace } from './fronts.ts';
import { jfyProtocol } from './piles/jfy/protocol.ts';
import { openTcp } from './tcp-fronts.ts';

/** Opens a 晶福源 front. */
export const openJfy = (place: FrontPlace): Front => openTcp(place, jfyProtocol());
