"use client";
import { useTranslations } from "next-intl";
import { Tabs } from "../../components/tabs.tsx";
import styles from "../gateway.module.css";
import { GatewayPage } from "../gateway-page.tsx";
import { EntriesTab } from "./entries-tab.tsx";
import { PolicyTab } from "./policy-tab.tsx";
import { ReportTab } from "./report-tab.tsx";

/** What kept answers save, how far they can be trusted, the rules they follow, and the answers themselves. */
export function CachePage() {
  const t = useTranslations("cache");
  return (
    <GatewayPage title={t("title")} lead={t("lead")}>
      <Tabs
        label={t("title")}
        bodyClassName={styles.panel}
        tabs={[
          { key: "report", label: t("tab.report"), content: () => <ReportTab /> },
          { key: "policy", label: t("tab.policy"), content: () => <PolicyTab /> },
          { key: "entries", label: t("tab.entries"), content: () => <EntriesTab /> },
        ]}
      />
    </GatewayPage>
  );
}
