"use client";
import { limitSubjectKinds, type UsageLimit, UsageLimitPage } from "@aurora/contracts";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { usePagedList } from "../../api/use-paged-list.ts";
import { Button, IconButton } from "../../components/button.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { EmptyState, Message, Skeleton } from "../../components/feedback.tsx";
import { SelectField } from "../../components/field.tsx";
import { HorizonArt } from "../../components/horizon-art.tsx";
import { ConfirmDialog } from "../confirm-dialog.tsx";
import styles from "../gateway.module.css";
import { GatewayPage } from "../gateway-page.tsx";
import { LimitDialog } from "./limit-dialog.tsx";
import { useLimitText } from "./limit-text.ts";
import { UsageMeter } from "./usage-meter.tsx";

const pollEveryMs = 10_000;

/** Whom a limit holds for, in words. */
export function useSubjectText() {
  const t = useTranslations("limits");
  return ({ subject_kind, subject_id, subject_label }: UsageLimit): string =>
    subject_id === null ? t(`every.${subject_kind}`) : t(`one.${subject_kind}`, { name: subject_label ?? subject_id });
}

/** How much may be asked for and spent, by whom, and how much of it is used. */
export function LimitsPage() {
  const t = useTranslations("limits");
  const api = useApi();
  const limitText = useLimitText();
  const subjectText = useSubjectText();
  const [kind, setKind] = useState("");
  const [editing, setEditing] = useState<UsageLimit | "new" | null>(null);
  const [removing, setRemoving] = useState<UsageLimit | null>(null);
  const [isSaved, setIsSaved] = useState(false);
  const list = usePagedList(`limits/${kind}`, (query, signal) => {
    if (kind) query.set("subject_kind", kind);
    return api.call(UsageLimitPage, `/api/admin/limits?${query}`, { signal });
  });
  const { items, reload } = list;
  const isOpen = editing !== null || removing !== null;
  useEffect(() => {
    if (isOpen) return;
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), pollEveryMs);
    return () => clearInterval(timer);
  }, [isOpen, reload]);
  const add = (
    <Button variant="primary" onClick={() => setEditing("new")}>
      <Plus aria-hidden />
      {t("add")}
    </Button>
  );
  const isEmpty = items?.length === 0 && kind === "";
  return (
    <GatewayPage title={t("title")} lead={t("lead")} actions={items && !isEmpty && add}>
      <div className={styles.stack}>
        {!isEmpty && (
          <div className={styles.toolbar}>
            <SelectField label={t("kind")} value={kind} onChange={(event) => setKind(event.target.value)}>
              <option value="">{t("everyKind")}</option>
              {limitSubjectKinds.map((one) => (
                <option key={one} value={one}>
                  {t(`kindName.${one}`)}
                </option>
              ))}
            </SelectField>
          </div>
        )}
        {list.error !== null && <FailureMessage error={list.error} onRetry={reload} />}
        {!items && list.error === null && <Skeleton shape="block" />}
        {isSaved && <Message tone="good">{t("saved")}</Message>}
        {isEmpty && (
          <EmptyState art={<HorizonArt />} title={t("empty.title")} actions={add}>
            {t("empty.text")}
          </EmptyState>
        )}
        {items?.length === 0 && !isEmpty && <EmptyState title={t("none.title")}>{t("none.text")}</EmptyState>}
        {items && items.length > 0 && (
          <ul className={styles.list}>
            {items.map((limit) => {
              const name = `${subjectText(limit)}, ${limitText(limit)}`;
              return (
                <li key={limit.id} className={styles.row}>
                  <div className={styles.main}>
                    <p className={styles.name}>{subjectText(limit)}</p>
                    <p className={styles.quiet}>{limitText(limit)}</p>
                  </div>
                  <UsageMeter limit={limit} label={t("meter", { name })} />
                  <div className={styles.actions}>
                    <IconButton label={t("edit", { name })} size="small" onClick={() => setEditing(limit)}>
                      <Pencil aria-hidden />
                    </IconButton>
                    <IconButton label={t("remove.open", { name })} size="small" onClick={() => setRemoving(limit)}>
                      <Trash2 aria-hidden />
                    </IconButton>
                  </div>
                </li>
              );
            })}
          </ul>
        )}
        {list.hasMore && (
          <div className={styles.centre}>
            <Button onClick={list.loadMore}>{t("more")}</Button>
          </div>
        )}
      </div>
      {editing && (
        <LimitDialog
          limit={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={() => {
            setEditing(null);
            setIsSaved(true);
            reload();
          }}
        />
      )}
      {removing && (
        <ConfirmDialog
          title={t("remove.title")}
          action={t("remove.action")}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await api.send(`/api/admin/limits/${removing.id}`, { method: "DELETE" });
            setIsSaved(false);
            reload();
          }}
        >
          {t("remove.text", { name: `${subjectText(removing)}, ${limitText(removing)}` })}
        </ConfirmDialog>
      )}
    </GatewayPage>
  );
}
