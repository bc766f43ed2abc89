"use client";
import { Overview, offlineModel } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { Link } from "../i18n/routing.ts";
import { isAdministrator } from "../session/load-session.ts";
import { useSession } from "../session/session-provider.tsx";
import styles from "./assistant-page.module.css";

/** Says who writes the answers: known from the last one, and to administrators from the start. */
export function EngineLine({ lastModel }: { lastModel: string | null }) {
  const t = useTranslations("assistant");
  const api = useApi();
  const { user } = useSession();
  const isAdmin = isAdministrator(user);
  const overview = useResource(isAdmin ? "overview" : null, (signal) =>
    api.call(Overview, "/api/admin/overview", { signal }),
  );
  const model = lastModel ?? overview.data?.answering_model ?? null;
  return (
    <p className={styles.engine}>
      {model === null ? (
        <span>{t("engine.unknown")}</span>
      ) : model === offlineModel ? (
        <>
          <span>{t("engine.offline")}</span>
          {isAdmin && <Link href="/admin/providers">{t("engine.connect")}</Link>}
        </>
      ) : (
        <span>{t("engine.model", { model })}</span>
      )}
    </p>
  );
}
