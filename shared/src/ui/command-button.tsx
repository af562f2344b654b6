import { App, Button, Form, Input, Modal, Popconfirm } from 'antd';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandRequest, CommandResource, ConnectorResource } from '../api/resources.ts';
import { ProblemError } from './api-client.ts';
import { useFreshness, useLive } from './live-context.tsx';
import { reasonText } from './reason-text.ts';
import { useCommandState } from './use-command-state.ts';

/** Says how a command ended, in the words of the person who gave it. */
function useOutcome(): (command: CommandResource) => void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  return useCallback(
    ({ state, reason }) => {
      if (state === 'sent') void message.info(t('command.sent'));
      else if (state === 'done') void message.success(t('command.done'));
      else void message.warning(t(`command.${state}`, { reason: reasonText(t, reason) }));
    },
    [message, t],
  );
}

/** Waits for the pile's own answer to a command that the server has only sent. */
export function CommandWatch({ id }: { id: string }) {
  const tell = useOutcome();
  const command = useCommandState(id);
  useEffect(() => {
    if (command !== undefined && command.state !== 'sent') tell(command);
  }, [command, tell]);
  return null;
}

/** Gives a command and says how it ended; `awaited` names one whose answer is still to come. */
export function useCommand(): {
  send: (request: CommandRequest) => Promise<boolean>;
  awaited: string | undefined;
} {
  const { api } = useLive();
  const { message } = App.useApp();
  const { i18n } = useTranslation();
  const tell = useOutcome();
  const [awaited, setAwaited] = useState<string>();
  return {
    awaited,
    async send(request) {
      try {
        const command = await api.command(request);
        tell(command);
        setAwaited(command.state === 'sent' ? command.id : undefined);
        return true;
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        const { titleZh, title, detail } = error.problem;
        void message.error(`${i18n.language === 'zh' ? titleZh : title} ${detail ?? ''}`);
        return false;
      }
    },
  };
}

function StartDialog(props: {
  connector: ConnectorResource;
  onDone: () => void;
  onSend: (r: CommandRequest) => Promise<boolean>;
}) {
  const { connector, onDone, onSend } = props;
  const { t } = useTranslation();
  const [form] = Form.useForm<{ account: string; balanceYuan: string }>();
  const submit = async (): Promise<void> => {
    const { account, balanceYuan } = await form.validateFields();
    const { siteId, pileNo, connectorNo } = connector;
    if (await onSend({ siteId, pileNo, connectorNo, op: 'start', account, balanceYuan })) onDone();
  };
  return (
    <Modal
      open
      title={t('command.startTitle', { pile: connector.pileNo, connector: connector.connectorNo })}
      okText={t('command.start')}
      cancelText={t('command.cancel')}
      onOk={submit}
      onCancel={onDone}
    >
      <Form form={form} layout="vertical" initialValues={{ account: '', balanceYuan: '50.00' }}>
        <Form.Item
          name="account"
          label={t('command.account')}
          rules={[{ required: true, max: 64 }]}
        >
          <Input autoFocus />
        </Form.Item>
        <Form.Item
          name="balanceYuan"
          label={t('command.balance')}
          rules={[{ required: true, pattern: /^\d{1,7}(\.\d{1,2})?$/ }]}
        >
          <Input inputMode="decimal" />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** Start or stop, whichever the connector can do now; nothing when the page is not live. */
export function CommandButton({ connector }: { connector: ConnectorResource }) {
  const { t } = useTranslation();
  const fresh = useFreshness();
  const { send, awaited } = useCommand();
  const [asking, setAsking] = useState(false);
  const { siteId, pileNo, connectorNo, state, orderNo } = connector;
  const running = state === 'charging' || state === 'starting';
  const canStart = state === 'idle' || state === 'plugged' || state === 'finishing';
  const blind = fresh !== 'live' && fresh !== 'late';
  const stop = (): void => {
    void send({
      siteId,
      pileNo,
      connectorNo,
      op: 'stop',
      ...(orderNo === null ? {} : { orderNo }),
    });
  };
  return (
    <>
      {running ? (
        <Popconfirm title={t('command.confirmStop')} onConfirm={stop} okText={t('command.stop')}>
          <Button size="small" danger disabled={blind}>
            {t('command.stop')}
          </Button>
        </Popconfirm>
      ) : (
        <Button size="small" disabled={blind || !canStart} onClick={() => setAsking(true)}>
          {t('command.start')}
        </Button>
      )}
      {asking ? (
        <StartDialog connector={connector} onSend={send} onDone={() => setAsking(false)} />
      ) : null}
      {awaited === undefined ? null : <CommandWatch id={awaited} />}
    </>
  );
}
