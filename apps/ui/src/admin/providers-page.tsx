"use client";
import { Overview, Provider, SourceAppPage } from "@aurora/contracts";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { z } from "zod";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { Button } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { EmptyState, Skeleton } from "../components/feedback.tsx";
import { HorizonArt } from "../components/horizon-art.tsx";
import gateway from "../gateway/gateway.module.css";
import { GatewayPage } from "../gateway/gateway-page.tsx";
import { AddProviderDialog } from "./add-provider-dialog.tsx";
import { AnsweringNow } from "./answering-now.tsx";
import { EgressTable } from "./egress-table.tsx";
import { ProviderCard } from "./provider-card.tsx";
import styles from "./providers.module.css";

const ProviderList = z.object({ items: z.array(Provider) });

export function ProvidersPage() {
  const t = useTranslations("providers");
  const api = useApi();
  const [isAdding, setIsAdding] = useState(false);
  const [approvalFailure, setApprovalFailure] = useState<unknown>(null);
  const providers = useResource("providers", (signal) => api.call(ProviderList, "/api/admin/providers", { signal }));
  const sourceApps = useResource("source-apps", (signal) =>
    api.call(SourceAppPage, "/api/admin/source-apps?limit=200", { signal }),
  );
  const overview = useResource("overview", (signal) => api.call(Overview, "/api/admin/overview", { signal }));
  const error = providers.error ?? sourceApps.error ?? overview.error;
  const reload = () => {
    providers.reload();
    sourceApps.reload();
    overview.reload();
  };
  const add = (
    <Button variant="primary" onClick={() => setIsAdding(true)}>
      <Plus aria-hidden />
      {t("add")}
    </Button>
  );
  const items = providers.data?.items;
  const apps = sourceApps.data?.items;
  return (
    <GatewayPage title={t("title")} lead={t("lead")} actions={items && items.length > 0 && add}>
      <div className={gateway.stack}>
        {error !== null && <FailureMessage error={error} onRetry={reload} />}
        {approvalFailure !== null && <FailureMessage error={approvalFailure} />}
        {!items && error === null && <Skeleton shape="block" />}
        {items?.length === 0 && (
          <EmptyState art={<HorizonArt />} title={t("empty.title")} actions={add}>
            {t("empty.text")}
          </EmptyState>
        )}
        {items && items.length > 0 && (
          <>
            {overview.data && apps && <AnsweringNow overview={overview.data} providers={items} sourceApps={apps} />}
            <ul className={styles.list}>
              {items.map((provider) => (
                <ProviderCard
                  key={provider.id}
                  provider={provider}
                  isOtherAnswering={items.some(
                    (other) => other.id !== provider.id && other.models.some((model) => model.is_default),
                  )}
                  onChanged={reload}
                />
              ))}
            </ul>
            {apps && <EgressTable providers={items} sourceApps={apps} onChanged={reload} />}
          </>
        )}
      </div>
      {isAdding && apps && (
        <AddProviderDialog
          sourceApps={apps.filter((one) => one.is_active)}
          isFirst={!items?.some(({ models }) => models.some((model) => model.is_default))}
          onClose={() => setIsAdding(false)}
          onAdded={(failure) => {
            setIsAdding(false);
            setApprovalFailure(failure);
            reload();
          }}
        />
      )}
    </GatewayPage>
  );
}
