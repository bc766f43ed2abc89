"use client";
import { type CreatedVirtualKey, type VirtualKey, VirtualKeyPage, virtualKeyStatuses } from "@aurora/contracts";
import { formatDate, formatDateTime } from "@aurora/i18n";
import { KeyRound, Pencil, ShieldOff } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import type { z } from "zod";
import { useApi } from "../../api/api-provider.tsx";
import { usePagedList } from "../../api/use-paged-list.ts";
import { Button, IconButton } from "../../components/button.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { EmptyState, Message, Skeleton } from "../../components/feedback.tsx";
import { SelectField, TextField } from "../../components/field.tsx";
import { HorizonArt } from "../../components/horizon-art.tsx";
import { Badge } from "../badge.tsx";
import { ConfirmDialog } from "../confirm-dialog.tsx";
import styles from "../gateway.module.css";
import { GatewayPage } from "../gateway-page.tsx";
import { useLimitText } from "../limits/limit-text.ts";
import { KeyDialog } from "./key-dialog.tsx";
import { NewKeyDialog } from "./new-key-dialog.tsx";

/** Keys with which other applications ask the gateway. */
export function KeysPage() {
  const t = useTranslations("virtualKeys");
  const api = useApi();
  const [words, setWords] = useState("");
  const wanted = useDeferredValue(words.trim());
  const [status, setStatus] = useState("");
  const [editing, setEditing] = useState<VirtualKey | "new" | null>(null);
  const [revoking, setRevoking] = useState<VirtualKey | null>(null);
  const [made, setMade] = useState<z.infer<typeof CreatedVirtualKey> | null>(null);
  const [notice, setNotice] = useState<string | null>(null);
  const list = usePagedList(`keys/${status}/${wanted}`, (query, signal) => {
    if (wanted) query.set("q", wanted);
    if (status) query.set("status", status);
    return api.call(VirtualKeyPage, `/api/admin/virtual-keys?${query}`, { signal });
  });
  const { items, reload } = list;
  const isFiltered = wanted !== "" || status !== "";
  const isEmpty = items?.length === 0 && !isFiltered;
  const add = (
    <Button variant="primary" onClick={() => setEditing("new")}>
      <KeyRound aria-hidden />
      {t("add")}
    </Button>
  );
  return (
    <GatewayPage title={t("title")} lead={t("lead")} actions={items && !isEmpty && add}>
      <div className={styles.stack}>
        {!isEmpty && (
          <search className={styles.toolbar}>
            <TextField
              label={t("search")}
              type="search"
              data-shortcut="/"
              maxLength={200}
              value={words}
              onChange={(event) => setWords(event.target.value)}
            />
            <SelectField label={t("statusLabel")} value={status} onChange={(event) => setStatus(event.target.value)}>
              <option value="">{t("everyStatus")}</option>
              {virtualKeyStatuses.map((one) => (
                <option key={one} value={one}>
                  {t(`status.${one}`)}
                </option>
              ))}
            </SelectField>
          </search>
        )}
        {list.error !== null && <FailureMessage error={list.error} onRetry={reload} />}
        {!items && list.error === null && <Skeleton shape="block" />}
        {notice && <Message tone="good">{notice}</Message>}
        {isEmpty && (
          <EmptyState art={<HorizonArt />} title={t("empty.title")} actions={add}>
            {t("empty.text")}
          </EmptyState>
        )}
        {items?.length === 0 && isFiltered && <EmptyState title={t("none.title")}>{t("none.text")}</EmptyState>}
        {items && items.length > 0 && (
          <ul className={styles.list}>
            {items.map((key) => (
              <KeyRow key={key.id} virtualKey={key} onEdit={() => setEditing(key)} onRevoke={() => setRevoking(key)} />
            ))}
          </ul>
        )}
        {list.hasMore && (
          <div className={styles.centre}>
            <Button onClick={list.loadMore}>{t("more")}</Button>
          </div>
        )}
      </div>
      {editing && (
        <KeyDialog
          virtualKey={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
          onCreated={(created) => {
            setEditing(null);
            setNotice(null);
            setMade(created);
            reload();
          }}
          onSaved={(name) => {
            setEditing(null);
            setNotice(t("saved", { name }));
            reload();
          }}
        />
      )}
      {made && <NewKeyDialog made={made} onClose={() => setMade(null)} />}
      {revoking && (
        <ConfirmDialog
          title={t("revoke.title", { name: revoking.name })}
          action={t("revoke.action")}
          onClose={() => setRevoking(null)}
          onConfirm={async () => {
            await api.send(`/api/admin/virtual-keys/${revoking.id}`, { method: "DELETE" });
            setNotice(t("revoke.done", { name: revoking.name }));
            reload();
          }}
        >
          {t("revoke.text")}
        </ConfirmDialog>
      )}
    </GatewayPage>
  );
}

function KeyRow({
  virtualKey: key,
  onEdit,
  onRevoke,
}: {
  virtualKey: VirtualKey;
  onEdit: () => void;
  onRevoke: () => void;
}) {
  const t = useTranslations("virtualKeys");
  const locale = useLocale();
  const limitText = useLimitText();
  const date = (at: string) => formatDate(locale, new Date(at));
  const isOn = key.status === "active";
  return (
    <li className={styles.row} data-off={!isOn || undefined}>
      <div className={styles.main}>
        <p className={styles.title}>
          <span className={styles.name}>{key.name}</span>
          <span className={styles.mono}>{key.prefix}…</span>
          <Badge tone={isOn ? "good" : key.status === "expired" ? "caution" : "quiet"}>
            {t(`status.${key.status}`)}
          </Badge>
        </p>
        <p className={styles.quiet}>
          {[
            key.caller_app,
            key.source_app && t("for", { sourceApp: key.source_app }),
            t(`egress.${key.egress}`),
            key.revoked_at
              ? t("revokedOn", { date: date(key.revoked_at) })
              : t(isOn ? "expiresOn" : "expiredOn", { date: date(key.expires_at) }),
            key.last_used_at
              ? t("lastUsed", { date: formatDateTime(locale, new Date(key.last_used_at)) })
              : t("neverUsed"),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        <ul className={styles.tags}>
          {key.allowed_models === null ? (
            <li>{t("everyModel")}</li>
          ) : (
            key.allowed_models.map((pattern) => <li key={pattern}>{pattern}</li>)
          )}
          {key.limits.map((limit) => (
            <li key={`${limit.metric} ${limit.window}`}>{limitText(limit)}</li>
          ))}
        </ul>
      </div>
      {key.status !== "revoked" && (
        <div className={styles.actions}>
          <IconButton label={t("edit", { name: key.name })} size="small" onClick={onEdit}>
            <Pencil aria-hidden />
          </IconButton>
          <IconButton label={t("revoke.open", { name: key.name })} size="small" onClick={onRevoke}>
            <ShieldOff aria-hidden />
          </IconButton>
        </div>
      )}
    </li>
  );
}
