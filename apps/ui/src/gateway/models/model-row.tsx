"use client";
import type { CatalogueModel, ModelCapabilities, ModelPrices } from "@aurora/contracts";
import { formatDate, formatNumber } from "@aurora/i18n";
import { Pencil } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { IconButton } from "../../components/button.tsx";
import { Badge } from "../badge.tsx";
import styles from "../gateway.module.css";
import { formatUsd, shiftPoint } from "../money.ts";

const abilities = ["tools", "vision", "json_schema", "streaming"] as const;

/** Price a million tokens, in words. */
export function usePriceText() {
  const t = useTranslations("models");
  const locale = useLocale();
  const perMillion = (price: string) => formatUsd(locale, Number(shiftPoint(price, 6)));
  return ({ prompt, completion }: ModelPrices): string =>
    prompt === null || completion === null
      ? t("noPrice")
      : Number(prompt) === 0 && Number(completion) === 0
        ? t("free")
        : t("price", { prompt: perMillion(prompt), completion: perMillion(completion) });
}

/** What a model is known to do. */
export function Abilities({ capabilities }: { capabilities: ModelCapabilities }) {
  const t = useTranslations("models");
  const locale = useLocale();
  const known = abilities.filter((one) => capabilities[one]);
  const { embedding_dimensions: width } = capabilities;
  if (known.length === 0 && width === null) return null;
  return (
    <ul className={styles.tags}>
      {known.map((one) => (
        <li key={one}>{t(`can.${one}`)}</li>
      ))}
      {width !== null && <li>{t("can.embedding", { width: formatNumber(locale, width) })}</li>}
    </ul>
  );
}

export function ModelRow({ model, onEdit }: { model: CatalogueModel; onEdit: () => void }) {
  const t = useTranslations("models");
  const locale = useLocale();
  const priceText = usePriceText();
  const hasPrice = model.prices.prompt !== null && model.prices.completion !== null;
  return (
    <li className={styles.row}>
      <div className={styles.main}>
        <p className={styles.title}>
          <span className={styles.name}>{model.full_name}</span>
          {model.is_default && <Badge tone="good">{t("isDefault")}</Badge>}
        </p>
        <p className={styles.quiet}>
          {[
            model.context_window !== null && t("reads", { tokens: formatNumber(locale, model.context_window) }),
            model.max_output_tokens !== null && t("writes", { tokens: formatNumber(locale, model.max_output_tokens) }),
            model.source && t(`source.${model.source}`),
            model.priced_at && formatDate(locale, new Date(model.priced_at)),
          ]
            .filter(Boolean)
            .join(" · ") || t("nothingKnown")}
        </p>
        <Abilities capabilities={model.capabilities} />
      </div>
      {hasPrice ? <span>{priceText(model.prices)}</span> : <Badge tone="caution">{t("noPrice")}</Badge>}
      <IconButton label={t("edit.open", { name: model.full_name })} size="small" onClick={onEdit}>
        <Pencil aria-hidden />
      </IconButton>
    </li>
  );
}
