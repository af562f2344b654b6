import { apiClient, ProblemError } from '@holdfast/shared/ui/api-client';
import { FrameSwitches } from '@holdfast/shared/ui/page-frame.tsx';
import { Alert, Button, Card, Form, Input, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** First page of the hub: nothing is shown before somebody has logged in. */
export function LoginPage({ onToken }: { onToken: (token: string) => void }) {
  const { t, i18n } = useTranslation();
  const [refusal, setRefusal] = useState<string>();
  const submit = async ({ user, password }: Credentials): Promise<void> => {
    try {
      onToken((await apiClient(() => undefined).login(user, password)).token);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setRefusal(i18n.language === 'zh' ? error.problem.titleZh : error.problem.title);
    }
  };
  return (
    <main className="frame-body" style={{ height: '100vh', display: 'grid', placeItems: 'center' }}>
      <Card
        title={t('title.hub')}
        style={{ width: 380, maxWidth: '100%' }}
        extra={
          <Space>
            <FrameSwitches />
          </Space>
        }
      >
        <Form layout="vertical" onFinish={submit} initialValues={{ user: 'admin' }}>
          <Form.Item name="user" label={t('login.user')} rules={[{ required: true }]}>
            <Input autoComplete="username" />
          </Form.Item>
          <Form.Item name="password" label={t('login.password')} rules={[{ required: true }]}>
            <Input.Password autoComplete="current-password" autoFocus />
          </Form.Item>
          {refusal === undefined ? null : (
            <Alert type="error" showIcon title={refusal} style={{ marginBottom: 12 }} />
          )}
          <Button type="primary" htmlType="submit" block>
            {t('login.submit')}
          </Button>
          <p className="quiet">{t('login.hint')}</p>
        </Form>
      </Card>
    </main>
  );
}
