import { useQuery } from '@tanstack/react-query';
import type { CommandResource } from '../api/resources.ts';
import { useEntity, useLive } from './live-context.tsx';

const LOOK_MS = 2_000;

const isOpen = (command: CommandResource | undefined): boolean =>
  command === undefined || command.state === 'sent';

/**
 * A command as it stands. The live changes tell it at once; a page whose line was not up yet when the
 * answer came has missed it, so it also asks while the answer is out. `first`: as it was sent.
 */
export function useCommandState(id: string, first?: CommandResource): CommandResource | undefined {
  const { api } = useLive();
  const live = useEntity('command', id) ?? first;
  const { data } = useQuery({
    queryKey: ['command', id],
    queryFn: () => api.seenCommand(id),
    enabled: isOpen(live),
    refetchInterval: ({ state }) => (isOpen(state.data) ? LOOK_MS : false),
  });
  return isOpen(live) ? (data ?? live) : live;
}
