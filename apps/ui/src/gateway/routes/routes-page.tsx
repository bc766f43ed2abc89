"use client";
import { CatalogueModelList, type ModelRoute, ModelRouteList } from "@aurora/contracts";
import { formatDuration, formatPercent } from "@aurora/i18n";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { useResource } from "../../api/use-resource.ts";
import { Button, IconButton } from "../../components/button.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { EmptyState, Message, Skeleton } from "../../components/feedback.tsx";
import { HorizonArt } from "../../components/horizon-art.tsx";
import { Badge } from "../badge.tsx";
import { ConfirmDialog } from "../confirm-dialog.tsx";
import styles from "../gateway.module.css";
import { GatewayPage } from "../gateway-page.tsx";
import { RouteDialog } from "./route-dialog.tsx";
import own from "./routes.module.css";
import { sharesOf } from "./targets.ts";

/** Names callers use in the place of a model, and which models stand behind each. */
export function RoutesPage() {
  const t = useTranslations("modelRoutes");
  const api = useApi();
  const [editing, setEditing] = useState<ModelRoute | "new" | null>(null);
  const [removing, setRemoving] = useState<ModelRoute | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const routes = useResource("routes", (signal) => api.call(ModelRouteList, "/api/admin/model-routes", { signal }));
  const models = useResource("models", (signal) => api.call(CatalogueModelList, "/api/admin/models", { signal }));
  const items = routes.data?.items;
  const error = routes.error ?? models.error;
  const add = (
    <Button variant="primary" onClick={() => setEditing("new")}>
      <Plus aria-hidden />
      {t("add")}
    </Button>
  );
  return (
    <GatewayPage title={t("title")} lead={t("lead")} actions={items && items.length > 0 && add}>
      <div className={styles.stack}>
        {error !== null && (
          <FailureMessage
            error={error}
            onRetry={() => {
              routes.reload();
              models.reload();
            }}
          />
        )}
        {!items && error === null && <Skeleton shape="block" />}
        {items?.length === 0 && (
          <EmptyState art={<HorizonArt />} title={t("empty.title")} actions={add}>
            {t("empty.text")}
          </EmptyState>
        )}
        {saved && <Message tone="good">{t("saved", { alias: saved })}</Message>}
        {items && items.length > 0 && (
          <ul className={own.routes}>
            {items.map((route) => (
              <RouteCard
                key={route.alias}
                route={route}
                onEdit={() => setEditing(route)}
                onRemove={() => setRemoving(route)}
              />
            ))}
          </ul>
        )}
      </div>
      {editing && (
        <RouteDialog
          route={editing === "new" ? null : editing}
          aliases={(items ?? []).map(({ alias }) => alias)}
          models={models.data?.items ?? []}
          onClose={() => setEditing(null)}
          onSaved={(alias) => {
            setEditing(null);
            setSaved(alias);
            routes.reload();
          }}
        />
      )}
      {removing && (
        <ConfirmDialog
          title={t("remove.title", { alias: removing.alias })}
          action={t("remove.action")}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await api.send(`/api/admin/model-routes/${encodeURIComponent(removing.alias)}`, { method: "DELETE" });
            setSaved(null);
            routes.reload();
          }}
        >
          {t("remove.text", { alias: removing.alias })}
        </ConfirmDialog>
      )}
    </GatewayPage>
  );
}

function RouteCard({ route, onEdit, onRemove }: { route: ModelRoute; onEdit: () => void; onRemove: () => void }) {
  const t = useTranslations("modelRoutes");
  const locale = useLocale();
  const shares = sharesOf(route.targets);
  const isDead = route.targets.every((target) => !target.is_available);
  return (
    <li className={styles.card} aria-labelledby={`route-${route.alias}`}>
      <div className={styles.cardHead}>
        <div>
          <h2 id={`route-${route.alias}`} className={own.alias}>
            {route.alias}
          </h2>
          {route.description && <p className={styles.quiet}>{route.description}</p>}
        </div>
        <div className={styles.actions}>
          <Badge tone={!route.is_active ? "quiet" : isDead ? "bad" : "good"}>
            {t(!route.is_active ? "state.off" : isDead ? "state.dead" : "state.on")}
          </Badge>
          <IconButton label={t("edit", { alias: route.alias })} size="small" onClick={onEdit}>
            <Pencil aria-hidden />
          </IconButton>
          <IconButton label={t("remove.open", { alias: route.alias })} size="small" onClick={onRemove}>
            <Trash2 aria-hidden />
          </IconButton>
        </div>
      </div>
      <ol className={own.targets}>
        {route.targets.map((target, index) => (
          <li key={target.model} data-off={!target.is_available || undefined}>
            <span className={own.place} aria-hidden>
              {index + 1}
            </span>
            <span className={styles.name}>{target.model}</span>
            <span className={styles.quiet}>
              {target.is_available
                ? (shares[index] ?? 0) > 0
                  ? t("share", { share: formatPercent(locale, shares[index] ?? 0) })
                  : t("fallback")
                : t("unavailable")}
            </span>
          </li>
        ))}
      </ol>
      <p className={styles.quiet}>
        {[
          route.retries.max === 0 ? t("noRetry") : t("retries", { count: route.retries.max }),
          route.hedge_after_ms !== null && t("hedge", { duration: formatDuration(locale, route.hedge_after_ms) }),
          route.timeouts.total_ms !== null && t("total", { duration: formatDuration(locale, route.timeouts.total_ms) }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
    </li>
  );
}
