import { Alert, App, Button, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SyncResource } from '../api/resources.ts';
import { ProblemError } from './api-client.ts';
import { useLive } from './live-context.tsx';

/** Two boxes with one identity: shown until an operator has said which one speaks for the site. */
export function StoreConflict({ sync }: { sync: SyncResource }) {
  const { api } = useLive();
  const { message } = App.useApp();
  const { t, i18n } = useTranslation();
  const { siteId, storeId, contenderStoreId } = sync;
  if (sync.link !== 'conflict') return null;
  const accept = async (chosen: string): Promise<void> => {
    try {
      await api.acceptStore(siteId, chosen);
      void message.success(t('sync.decided'));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      void message.error(i18n.language === 'zh' ? error.problem.titleZh : error.problem.title);
    }
  };
  const button = (label: string, chosen: string | null) =>
    chosen === null ? null : (
      <Button size="small" onClick={() => accept(chosen)} title={chosen}>
        {label} ({chosen.slice(0, 8)})
      </Button>
    );
  return (
    <Alert
      type="error"
      showIcon
      title={t('sync.conflict')}
      action={
        <Space wrap>
          {button(t('sync.current'), storeId)}
          {button(t('sync.contender'), contenderStoreId)}
        </Space>
      }
    />
  );
}
