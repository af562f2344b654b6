import { Checkbox, Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CardRequest, CardResource } from '../api/cards.ts';

interface Fields {
  readonly token: string;
  readonly account: string;
  readonly balanceYuan: string;
  /** A day, or nothing: never. */
  readonly expires: string;
  readonly group: string;
  readonly concurrent: boolean;
}

/** A card holds to the end of its last day, in the zone of the stations. */
const END_OF_DAY = 'T23:59:59+08:00';
const DAY_CHARS = 10;

const fieldsOf = (card: CardResource | undefined): Fields => ({
  token: card?.token ?? '',
  account: card?.account ?? '',
  balanceYuan: card?.balanceYuan ?? '100.00',
  expires: card?.expiresAt?.slice(0, DAY_CHARS) ?? '',
  group: card?.group ?? '',
  concurrent: card?.concurrent ?? false,
});

/** A card as it stands, to be entered again with a change. */
export const requestOf = (card: CardResource): CardRequest => ({
  account: card.account,
  balanceYuan: card.balanceYuan,
  asOf: card.asOf,
  state: card.state,
  concurrent: card.concurrent,
  ...(card.expiresAt === null ? {} : { expiresAt: card.expiresAt }),
  ...(card.group === null ? {} : { group: card.group }),
});

function requestFrom(fields: Fields, card: CardResource | undefined): CardRequest {
  const { account, balanceYuan, expires, group, concurrent } = fields;
  // What was spent counts against the old balance; a new balance begins anew.
  const isTopped = card === undefined || card.balanceYuan !== balanceYuan;
  return {
    account,
    balanceYuan,
    asOf: isTopped ? new Date().toISOString() : card.asOf,
    state: card?.state ?? 'accepted',
    concurrent,
    ...(expires === '' ? {} : { expiresAt: `${expires}${END_OF_DAY}` }),
    ...(group === '' ? {} : { group }),
  };
}

export interface CardDialogProps {
  /** Left out: a new one. */
  readonly card?: CardResource | undefined;
  readonly onSave: (token: string, request: CardRequest) => Promise<boolean>;
  readonly onClose: () => void;
}

/** Enters a card, or changes one. */
export function CardDialog({ card, onSave, onClose }: CardDialogProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const submit = async (): Promise<void> => {
    const fields = await form.validateFields();
    if (await onSave(fields.token, requestFrom(fields, card))) onClose();
  };
  return (
    <Modal
      open
      title={card === undefined ? t('card.add') : `${t('card.edit')} ${card.token}`}
      okText={t('card.ok')}
      cancelText={t('command.cancel')}
      onOk={submit}
      onCancel={onClose}
    >
      <Form form={form} layout="vertical" initialValues={fieldsOf(card)}>
        <Form.Item
          name="token"
          label={t('card.token')}
          extra={t('card.tokenHint')}
          rules={[{ required: true, pattern: /^[\x21-\x7e]{1,36}$/ }]}
        >
          <Input disabled={card !== undefined} />
        </Form.Item>
        <Form.Item name="account" label={t('card.account')} rules={[{ required: true, max: 64 }]}>
          <Input />
        </Form.Item>
        <Form.Item
          name="balanceYuan"
          label={t('card.balance')}
          rules={[{ required: true, pattern: /^\d{1,7}(\.\d{1,2})?$/ }]}
        >
          <Input inputMode="decimal" />
        </Form.Item>
        <Form.Item name="expires" label={t('card.expires')}>
          <Input type="date" />
        </Form.Item>
        <Form.Item
          name="group"
          label={t('card.group')}
          extra={t('card.groupHint')}
          rules={[{ max: 36 }]}
        >
          <Input />
        </Form.Item>
        <Form.Item name="concurrent" valuePropName="checked">
          <Checkbox>{t('card.concurrent')}</Checkbox>
        </Form.Item>
      </Form>
    </Modal>
  );
}
