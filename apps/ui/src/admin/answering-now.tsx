"use client";
import { type Overview, offlineModel, type Provider, type SourceApp } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { ButtonLink } from "../components/button.tsx";
import styles from "./admin-home.module.css";

type Props = { overview: Overview; providers: readonly Provider[]; sourceApps: readonly SourceApp[] };

/** Which model answers questions at this moment, for which services, and the way to ask it one. */
export function AnsweringNow({ overview, providers, sourceApps }: Props) {
  const t = useTranslations("providers");
  const provider = providers.find(({ models, is_active }) => is_active && models.some((model) => model.is_default));
  const isOffline = overview.is_offline_engine || overview.answering_model === offlineModel;
  const active = sourceApps.filter((one) => one.is_active);
  const approved = active.filter(
    (one) => one.egress === "approved" && provider !== undefined && one.approved_provider_ids.includes(provider.id),
  );
  const text = isOffline
    ? t("now.offlineText")
    : provider?.location === "local"
      ? t("now.localText")
      : approved.length === 0
        ? t("now.nowhere")
        : approved.length === active.length
          ? t("now.everywhere")
          : t("now.somewhere", { services: approved.map(({ label }) => label).join(", ") });
  return (
    <section className={styles.engine} aria-labelledby="now" aria-live="polite">
      <div>
        <h2 id="now">{isOffline ? t("now.offline") : t("now.model", { model: overview.answering_model })}</h2>
        <p>{text}</p>
      </div>
      <ButtonLink href="/assistant">{t("now.ask")}</ButtonLink>
    </section>
  );
}
