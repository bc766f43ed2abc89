"use client";
import { type KeyLimit, limitMetrics, limitWindows } from "@aurora/contracts";
import { Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button, IconButton } from "../../components/button.tsx";
import { Message } from "../../components/feedback.tsx";
import { SelectField, TextField } from "../../components/field.tsx";
import styles from "../gateway.module.css";
import type { Submit } from "../use-submit.ts";
import own from "./limits.module.css";

/** While it is typed an amount may be nothing; money is typed in dollars. */
export type TypedLimit = {
  readonly metric: KeyLimit["metric"];
  readonly window: KeyLimit["window"];
  readonly amount: string;
};
export const typedLimit = ({ metric, window, amount }: KeyLimit): TypedLimit => ({
  metric,
  window,
  amount: String(metric === "cost_micro_usd" ? amount / 1_000_000 : amount),
});
export const limitOf = ({ metric, window, amount }: TypedLimit) => ({
  metric,
  window,
  amount: amount.trim() === "" ? null : Math.round(Number(amount) * (metric === "cost_micro_usd" ? 1_000_000 : 1)),
});

type Props = { limits: readonly TypedLimit[]; submit: Submit; onChange: (limits: readonly TypedLimit[]) => void };

/** The limits of one key. */
export function LimitRows({ limits, submit, onChange }: Props) {
  const t = useTranslations("limits");
  const change = (index: number, part: Partial<TypedLimit>) =>
    onChange(limits.map((limit, at) => (at === index ? { ...limit, ...part } : limit)));
  const add = () => {
    const isFree = (metric: string, window: string) =>
      !limits.some((limit) => limit.metric === metric && limit.window === window);
    const free = limitMetrics.flatMap((metric) =>
      [...limitWindows].reverse().flatMap((window) => (isFree(metric, window) ? [{ metric, window, amount: "" }] : [])),
    )[0];
    if (free) onChange([...limits, free]);
  };
  return (
    <fieldset className={styles.group}>
      <legend>{t("rows.title")}</legend>
      <p className={styles.quiet}>{t("rows.hint")}</p>
      {limits.length > 0 && (
        <ul className={own.rows}>
          {limits.map((limit, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are told apart by nothing but their place
            <li key={index}>
              <TextField
                label={t("rows.amount", { place: index + 1 })}
                isLabelHidden
                error={submit.faultOf(`limits/${index}/amount`)}
                type="number"
                required
                min={0}
                step={limit.metric === "cost_micro_usd" ? "any" : 1}
                value={limit.amount}
                onChange={(event) => change(index, { amount: event.target.value })}
              />
              <SelectField
                label={t("rows.metric", { place: index + 1 })}
                isLabelHidden
                value={limit.metric}
                onChange={(event) => change(index, { metric: event.target.value as TypedLimit["metric"] })}
              >
                {limitMetrics.map((metric) => (
                  <option key={metric} value={metric}>
                    {t(`unit.${metric}`)}
                  </option>
                ))}
              </SelectField>
              <SelectField
                label={t("rows.window", { place: index + 1 })}
                isLabelHidden
                value={limit.window}
                onChange={(event) => change(index, { window: event.target.value as TypedLimit["window"] })}
              >
                {limitWindows.map((window) => (
                  <option key={window} value={window}>
                    {t(`per.${window}`)}
                  </option>
                ))}
              </SelectField>
              <IconButton
                label={t("rows.remove", { place: index + 1 })}
                onClick={() => onChange(limits.toSpliced(index, 1))}
              >
                <X aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      {new Set(limits.map(({ metric, window }) => `${metric} ${window}`)).size < limits.length && (
        <Message tone="caution">{t("rows.twice")}</Message>
      )}
      <div>
        <Button size="small" disabled={limits.length >= limitMetrics.length * limitWindows.length} onClick={add}>
          <Plus aria-hidden />
          {t("rows.add")}
        </Button>
      </div>
    </fieldset>
  );
}
