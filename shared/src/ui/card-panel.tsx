import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Empty, Input, Popconfirm, Select, Space, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CardRequest, CardResource, GroupResource } from '../api/cards.ts';
import { AgeStamp } from './age-stamp.tsx';
import { CardDialog, requestOf } from './card-dialog.tsx';
import { GroupList } from './group-list.tsx';
import { useEntityIds, useLive } from './live-context.tsx';
import { StatusTag } from './status-tag.tsx';
import { timeText } from './time-text.ts';
import { useTold } from './use-told.ts';

const ROWS_A_PAGE = 20;

/** The list of a site, read when somebody looks and after each change of theirs. */
function useCards(siteId: string) {
  const { cards: desk } = useLive();
  const { t } = useTranslation();
  const told = useTold();
  const queries = useQueryClient();
  const queryKey = ['cards', siteId];
  const list = useQuery({
    queryKey,
    queryFn: async () => ({
      cards: await desk.cards(siteId),
      groups: await desk.groups(siteId),
    }),
    retry: false,
    refetchOnWindowFocus: false,
  });
  const change = async (task: () => Promise<unknown>): Promise<boolean> => {
    const isDone = await told(task, t('card.saved'));
    if (!isDone) return false;
    // A list that is still on its way was read before the change.
    await queries.cancelQueries({ queryKey });
    await list.refetch();
    return true;
  };
  return {
    list,
    enter: (token: string, card: CardRequest) => change(() => desk.enter(siteId, token, card)),
    remove: (token: string) => change(() => desk.remove(siteId, token)),
    enterGroup: (group: string, state: GroupResource['state']) =>
      change(() => desk.enterGroup(siteId, group, state)),
  };
}

interface CardTableProps {
  readonly cards: readonly CardResource[];
  /** Groups that are blocked, and their cards with them. */
  readonly blocked: ReadonlySet<string>;
  readonly onChange: (card: CardResource) => void;
  readonly onState: (card: CardResource, state: CardResource['state']) => void;
  readonly onRemove: (token: string) => void;
}

function Actions({ card, onChange, onState, onRemove }: { card: CardResource } & CardTableProps) {
  const { t } = useTranslation();
  const other = card.state === 'blocked' ? 'accepted' : 'blocked';
  return (
    <Space size={4}>
      <Button size="small" danger={other === 'blocked'} onClick={() => onState(card, other)}>
        {t(other === 'blocked' ? 'card.block' : 'card.accept')}
      </Button>
      <Button size="small" onClick={() => onChange(card)}>
        {t('card.edit')}
      </Button>
      <Popconfirm
        title={t('card.confirmRemove')}
        okText={t('card.remove')}
        cancelText={t('command.cancel')}
        onConfirm={() => onRemove(card.token)}
      >
        <Button size="small">{t('card.remove')}</Button>
      </Popconfirm>
    </Space>
  );
}

function CardTable(props: CardTableProps) {
  const { t } = useTranslation();
  return (
    <Table<CardResource>
      size="small"
      rowKey="token"
      dataSource={[...props.cards]}
      pagination={{ pageSize: ROWS_A_PAGE, hideOnSinglePage: true }}
      scroll={{ x: 900 }}
      locale={{ emptyText: <Empty description={t('card.none')} /> }}
      columns={[
        { title: t('card.token'), dataIndex: 'token' },
        { title: t('col.state'), render: (_, card) => <CardState card={card} {...props} /> },
        { title: t('card.account'), dataIndex: 'account' },
        { title: t('card.balance'), dataIndex: 'balanceYuan', align: 'right' },
        { title: t('card.group'), render: (_, { group }) => group ?? '–' },
        {
          title: t('card.expires'),
          render: (_, { expiresAt }) =>
            expiresAt === null ? t('card.never') : timeText(expiresAt).slice(0, 10),
        },
        { title: t('card.changed'), render: (_, card) => <AgeStamp at={card.changedAt} /> },
        { title: t('col.action'), render: (_, card) => <Actions card={card} {...props} /> },
      ]}
    />
  );
}

function CardState({ card, blocked }: { card: CardResource } & CardTableProps) {
  const { t } = useTranslation();
  const { state, expiresAt, group } = card;
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= Date.now();
  if (group === null || !blocked.has(group)) return <StatusTag name={isOver ? 'expired' : state} />;
  return (
    <>
      <StatusTag name="blocked" /> <span className="quiet">{t('card.byGroup')}</span>
    </>
  );
}

const matches = ({ token, account, group }: CardResource, text: string): boolean =>
  [token, account, group ?? ''].some((field) => field.toLowerCase().includes(text.toLowerCase()));

function SiteCards({ siteId }: { siteId: string }) {
  const { t } = useTranslation();
  const { list, enter, remove, enterGroup } = useCards(siteId);
  const [open, setOpen] = useState<CardResource | 'new'>();
  const [text, setText] = useState('');
  const { cards = [], groups = [] } = list.data ?? {};
  return (
    <>
      <Space wrap>
        <Button type="primary" onClick={() => setOpen('new')}>
          {t('card.add')}
        </Button>
        <Input
          allowClear
          style={{ width: 240 }}
          aria-label={t('card.search')}
          placeholder={t('card.search')}
          onChange={(event) => setText(event.target.value.trim())}
        />
        <Button loading={list.isFetching} onClick={() => list.refetch()}>
          {t('engineer.refresh')}
        </Button>
        <span className="quiet">{t('card.explain')}</span>
      </Space>
      {list.isError ? <Alert type="warning" showIcon title={t('card.away')} /> : null}
      <CardTable
        cards={cards.filter((card) => matches(card, text))}
        blocked={new Set(groups.filter(({ state }) => state === 'blocked').map((g) => g.group))}
        onChange={setOpen}
        onState={(card, state) => void enter(card.token, { ...requestOf(card), state })}
        onRemove={(token) => void remove(token)}
      />
      <GroupList
        cards={cards}
        entered={groups}
        onState={(group, state) => void enterGroup(group, state)}
      />
      {open === undefined ? null : (
        <CardDialog
          card={open === 'new' ? undefined : open}
          onSave={enter}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}

/** Cards and groups of a site; at the hub, of the site that is chosen. */
export function CardPanel() {
  const { t } = useTranslation();
  const sites = useEntityIds('site');
  const [chosen, setChosen] = useState<string>();
  const siteId = chosen ?? sites[0];
  if (siteId === undefined) return <Empty description={t('empty.sites')} />;
  return (
    <div className="page scrolling">
      {sites.length > 1 ? (
        <Select
          aria-label={t('card.site')}
          style={{ width: 240 }}
          value={siteId}
          onChange={setChosen}
          options={sites.map((id) => ({ value: id, label: id }))}
        />
      ) : null}
      <SiteCards key={siteId} siteId={siteId} />
    </div>
  );
}
