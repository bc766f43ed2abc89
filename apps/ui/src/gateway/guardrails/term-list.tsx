"use client";
import { DenyTerm, guardLimits } from "@aurora/contracts";
import { Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button, IconButton } from "../../components/button.tsx";
import { SelectField, TextField } from "../../components/field.tsx";
import styles from "../gateway.module.css";
import type { Submit } from "../use-submit.ts";
import own from "./guardrails.module.css";

const kinds = DenyTerm.shape.kind.unwrap().options;

type Props = { terms: readonly DenyTerm[]; submit: Submit; onChange: (terms: DenyTerm[]) => void };

/** Words that must not leave, or not come back. */
export function TermList({ terms, submit, onChange }: Props) {
  const t = useTranslations("guardrails");
  const change = (index: number, part: Partial<DenyTerm>) =>
    onChange(terms.map((term, at) => (at === index ? { ...term, ...part } : term)));
  return (
    <fieldset className={styles.group}>
      <legend>{t("deny.terms")}</legend>
      <p className={styles.quiet}>{t("deny.termsHint")}</p>
      {terms.length > 0 && (
        <ul className={own.terms}>
          {terms.map((term, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are told apart by nothing but their place
            <li key={index}>
              <TextField
                label={t("deny.pattern", { place: index + 1 })}
                isLabelHidden
                error={submit.faultOf(`settings/deny/terms/${index}`)}
                required
                maxLength={guardLimits.maxTermChars}
                autoComplete="off"
                value={term.pattern}
                onChange={(event) => change(index, { pattern: event.target.value })}
              />
              <SelectField
                label={t("deny.kind", { place: index + 1 })}
                isLabelHidden
                value={term.kind}
                onChange={(event) => change(index, { kind: kinds.find((one) => one === event.target.value) ?? "word" })}
              >
                {kinds.map((kind) => (
                  <option key={kind} value={kind}>
                    {t(`deny.kindName.${kind}`)}
                  </option>
                ))}
              </SelectField>
              <IconButton
                label={t("deny.remove", { place: index + 1 })}
                onClick={() => onChange(terms.toSpliced(index, 1))}
              >
                <X aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <div>
        <Button
          size="small"
          disabled={terms.length >= guardLimits.maxTerms}
          onClick={() => onChange([...terms, { kind: "word", pattern: "" }])}
        >
          <Plus aria-hidden />
          {t("deny.add")}
        </Button>
      </div>
    </fieldset>
  );
}
