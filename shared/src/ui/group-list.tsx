import { Button, Card, Popconfirm, Table } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CardResource, GroupResource } from '../api/cards.ts';
import { StatusTag } from './status-tag.tsx';

interface Group {
  readonly group: string;
  readonly state: GroupResource['state'];
  readonly cards: number;
}

/** Groups that cards name, and those that were entered; one that was not is accepted. */
function groupsOf(
  cards: readonly CardResource[],
  entered: readonly GroupResource[],
): readonly Group[] {
  const names = new Set([
    ...entered.map(({ group }) => group),
    ...cards.flatMap(({ group }) => (group === null ? [] : [group])),
  ]);
  return [...names].sort().map((group) => ({
    group,
    state: entered.find((one) => one.group === group)?.state ?? 'accepted',
    cards: cards.filter((card) => card.group === group).length,
  }));
}

export interface GroupListProps {
  readonly cards: readonly CardResource[];
  readonly entered: readonly GroupResource[];
  readonly onState: (group: string, state: GroupResource['state']) => void;
}

/** Groups of cards: one that is blocked blocks all its cards. */
export function GroupList({ cards, entered, onState }: GroupListProps) {
  const { t } = useTranslation();
  return (
    <Card size="small" title={t('card.groups')}>
      <Table<Group>
        size="small"
        pagination={false}
        rowKey="group"
        dataSource={[...groupsOf(cards, entered)]}
        locale={{ emptyText: t('card.noGroups') }}
        columns={[
          { title: t('card.group'), dataIndex: 'group' },
          { title: t('col.state'), render: (_, { state }) => <StatusTag name={state} /> },
          { title: t('card.cardsOf'), dataIndex: 'cards', align: 'right' },
          {
            title: t('col.action'),
            align: 'right',
            render: (_, { group, state }) =>
              state === 'blocked' ? (
                <Button size="small" onClick={() => onState(group, 'accepted')}>
                  {t('card.accept')}
                </Button>
              ) : (
                <Popconfirm
                  title={t('card.confirmBlockGroup', { group })}
                  okText={t('card.block')}
                  cancelText={t('command.cancel')}
                  onConfirm={() => onState(group, 'blocked')}
                >
                  <Button size="small" danger>
                    {t('card.block')}
                  </Button>
                </Popconfirm>
              ),
          },
        ]}
      />
    </Card>
  );
}
