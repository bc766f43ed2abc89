"use client";
import { useTranslations } from "next-intl";
import { PageBody, PageHeader } from "../components/page-header.tsx";
import { Tabs } from "../components/tabs.tsx";
import { BatchesTab } from "./batches-tab.tsx";
import styles from "./ingestion.module.css";
import { JobsTab } from "./jobs-tab.tsx";
import { ReceiptsTab } from "./receipts-tab.tsx";
import { SettingsTab } from "./settings-tab.tsx";

/** What happens to documents behind the scenes, for an administrator. */
export function IngestionPage() {
  const t = useTranslations("ingestion");
  return (
    <PageBody>
      <PageHeader title={t("title")} lead={t("lead")} />
      <Tabs
        label={t("title")}
        bodyClassName={styles.panel}
        tabs={[
          { key: "jobs", label: t("tab.jobs"), content: () => <JobsTab key="jobs" isDeadLetter={false} /> },
          { key: "dead", label: t("tab.dead"), content: () => <JobsTab key="dead" isDeadLetter /> },
          { key: "batches", label: t("tab.batches"), content: () => <BatchesTab /> },
          { key: "receipts", label: t("tab.receipts"), content: () => <ReceiptsTab /> },
          { key: "settings", label: t("tab.settings"), content: () => <SettingsTab /> },
        ]}
      />
    </PageBody>
  );
}
