import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Collapse, Empty, Input, Space } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandResource, PileResource } from '../api/resources.ts';
import { ProblemError } from './api-client.ts';
import { useLive } from './live-context.tsx';
import { reasonText } from './reason-text.ts';
import { skeletonOf } from './skeleton.ts';
import { useCommandState } from './use-command-state.ts';

const pretty = (value: unknown): string => JSON.stringify(value, undefined, 2);

function parsed(text: string): { readonly ok: boolean; readonly value: unknown } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, value: undefined };
  }
}

/** What became of the operation; a pile that takes its time answers by the live changes. */
function Outcome({ first }: { first: CommandResource }) {
  const { t } = useTranslation();
  const command = useCommandState(first.id, first) ?? first;
  const type = command.state === 'done' ? 'success' : command.state === 'sent' ? 'info' : 'warning';
  return (
    <Alert
      type={type}
      title={t(`command.${command.state}`, { reason: reasonText(t, command.reason) })}
      description={
        command.answer === undefined ? null : (
          <>
            <div>{t('engineer.answer')}</div>
            <pre className="json" data-testid="operation-answer">
              {pretty(command.answer)}
            </pre>
          </>
        )
      }
    />
  );
}

function useSend(pile: PileResource): {
  readonly outcome: CommandResource | undefined;
  readonly problem: string | undefined;
  readonly send: (operation: string, parameters: unknown) => Promise<void>;
} {
  const { api } = useLive();
  const { i18n } = useTranslation();
  const [outcome, setOutcome] = useState<CommandResource>();
  const [problem, setProblem] = useState<string>();
  return {
    outcome,
    problem,
    async send(operation, parameters) {
      setOutcome(undefined);
      setProblem(undefined);
      const { siteId, pileNo } = pile;
      const operate = { operation, parameters };
      try {
        setOutcome(await api.command({ siteId, pileNo, connectorNo: 0, op: 'operate', operate }));
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        const { titleZh, title, detail } = error.problem;
        setProblem(`${i18n.language === 'zh' ? titleZh : title} ${detail ?? ''}`);
      }
    },
  };
}

/** Any operation that the pile's protocol has, with its own parameters. */
export function OperationForm({ pile }: { pile: PileResource }) {
  const { t } = useTranslation();
  const { api } = useLive();
  const { siteId, pileNo, online } = pile;
  const { data } = useQuery({
    queryKey: ['operations', siteId, pileNo, online],
    queryFn: () => api.operations(siteId, pileNo).catch(() => null),
  });
  const [name, setName] = useState<string>();
  const [text, setText] = useState('{}');
  const { outcome, problem, send } = useSend(pile);
  const operation = data?.items.find((item) => item.name === name);
  useEffect(() => {
    if (operation !== undefined) setText(pretty(skeletonOf(operation.schema)));
  }, [operation]);
  if (data === undefined) return null;
  if (data === null) return <Empty description={t('engineer.none')} />;
  const json = parsed(text);
  return (
    <Space orientation="vertical" style={{ width: '100%' }}>
      {/* The browser's own list: the kit's has no name for a screen reader. */}
      <select
        className="plain-select"
        aria-label={t('engineer.operation')}
        value={name ?? ''}
        onChange={(event) => setName(event.target.value)}
      >
        <option value="" disabled>
          {t('engineer.operation')}
        </option>
        {data.items.map((item) => (
          <option key={item.name}>{item.name}</option>
        ))}
      </select>
      {operation === undefined ? null : (
        <>
          <Input.TextArea
            aria-label={t('engineer.parameters')}
            className="json"
            value={text}
            status={json.ok ? '' : 'error'}
            onChange={(event) => setText(event.target.value)}
            autoSize={{ minRows: 3, maxRows: 16 }}
          />
          {json.ok ? null : <Alert type="error" title={t('engineer.notJson')} />}
          <Button
            type="primary"
            disabled={!json.ok}
            onClick={() => send(operation.name, json.value)}
          >
            {t('engineer.send')}
          </Button>
          <Collapse
            size="small"
            items={[
              {
                key: 'schema',
                label: t('engineer.schema'),
                children: <pre className="json">{pretty(operation.schema)}</pre>,
              },
            ]}
          />
        </>
      )}
      {problem === undefined ? null : <Alert type="error" title={problem} />}
      {outcome === undefined ? null : <Outcome first={outcome} />}
    </Space>
  );
}
