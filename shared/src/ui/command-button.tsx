import { App, Button, Form, Input, Modal, Popconfirm } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandRequest, ConnectorResource } from '../api/resources.ts';
import { ProblemError } from './api-client.ts';
import { useEntity, useFreshness, useLive } from './live-context.tsx';

/** Tells how a command ended as soon as the pile (not the server) has answered. */
function CommandWatch({ id }: { id: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const command = useEntity('command', id);
  const state = command?.state;
  const reason = command?.reason ?? '';
  useEffect(() => {
    if (state === undefined || state === 'sent') return;
    const tone = state === 'done' ? 'success' : 'warning';
    void message[tone](t(`command.${state}`, { reason }));
  }, [state, reason, message, t]);
  return null;
}

function useCommand(): {
  send: (request: CommandRequest) => Promise<boolean>;
  last: string | undefined;
} {
  const { api } = useLive();
  const { message } = App.useApp();
  const { t, i18n } = useTranslation();
  const [last, setLast] = useState<string>();
  return {
    last,
    async send(request) {
      try {
        const command = await api.command(request);
        setLast(command.id);
        if (command.state === 'sent') void message.info(t('command.sent'));
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
  const { send, last } = useCommand();
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
      {last === undefined ? null : <CommandWatch id={last} />}
    </>
  );
}
